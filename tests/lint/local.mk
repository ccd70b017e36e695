# The rules of the house, as tests.
LINT_TESTS = \
  tests/lint/exports.sh \
  tests/lint/headers.sh \
  tests/lint/layers.sh \
  tests/lint/man.sh \
  tests/lint/source.sh
TESTS += $(LINT_TESTS)
EXTRA_DIST += $(LINT_TESTS)

lint: all
	$(MAKE) check-TESTS TESTS='$(LINT_TESTS)'
.PHONY: lint
