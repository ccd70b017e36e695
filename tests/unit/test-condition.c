/* test-condition.c - what --fail-if takes, and what it means. */
#include "tests/support/snapshots.h"

static const MadeBlock before[] = {
  { 0x1000, 40, "struct conn", HEAPSUM_LEVEL_B }, { 0x1030, 40, "struct conn", HEAPSUM_LEVEL_D },
  { 0x1060, 24, "", HEAPSUM_LEVEL_NONE },         { 0x1080, 2048, "a::count<b:bytes>", HEAPSUM_LEVEL_A },
};
static const MadeBlock after[] = {
  { 0x1060, 24, "", HEAPSUM_LEVEL_NONE },
  { 0x1080, 2048, "a::count<b:bytes>", HEAPSUM_LEVEL_A },
  { 0x2000, 2048, "a::count<b:bytes>", HEAPSUM_LEVEL_A },
};

typedef struct {
  const char *text;
  gboolean holds;
  gint64 value;
} Case;

static void
test_summary (void)
{
  static const Case cases[] = {
    { "struct conn:count>1", TRUE, 2 },   { "conn:count>=3", FALSE, 2 },     { "conn:bytes==80", TRUE, 80 },
    { "conn:count!=2", FALSE, 2 },        { "*:count==4", TRUE, 4 },         { "Total:count==4", TRUE, 4 },
    { "<untyped>:bytes<25", TRUE, 24 },   { "nothing:count<=0", TRUE, 0 },   { "*:bytes>2K", TRUE, 2152 },
    { "Total:bytes<1M", TRUE, 2152 },     { "Total:bytes<8T", TRUE, 2152 },  { "a::count*:count>0", TRUE, 1 },
    { "a::count<b:bytes>:bytes==2k", TRUE, 2048 }, { "*:count>-1", TRUE, 4 }, { "T*:count>0", TRUE, 4 },
  };
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_make (before, G_N_ELEMENTS (before));
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (HeapsumCondition) condition = heapsum_condition_new (cases[i].text, &error);
    gint64 value = -99;
    g_assert_no_error (error);
    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (heapsum_condition_holds_for_summary (condition, summary, &value), ==, cases[i].holds);
    g_assert_cmpint (value, ==, cases[i].value);
  }
}

static void
test_diff (void)
{
  static const Case cases[] = {
    { "struct conn:count<0", TRUE, -2 },   { "conn:bytes<=-80", TRUE, -80 }, { "conn:bytes<-1K", FALSE, -80 },
    { "*:count>0", FALSE, -1 },            { "Total:count==-1", TRUE, -1 },  { "a*:bytes>2047", TRUE, 2048 },
    { "<untyped>:count!=0", FALSE, 0 },    { "other:count>=1", FALSE, 0 },
  };
  g_autoptr (HeapsumSnapshot) old = snapshot_make (before, G_N_ELEMENTS (before));
  g_autoptr (HeapsumSnapshot) new = snapshot_make (after, G_N_ELEMENTS (after));
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (old, new, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (HeapsumCondition) condition = heapsum_condition_new (cases[i].text, NULL);
    gint64 value = -99;
    g_assert_nonnull (condition);
    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (heapsum_condition_holds_for_diff (condition, diff, &value), ==, cases[i].holds);
    g_assert_cmpint (value, ==, cases[i].value);
  }
}

static void
test_bad (void)
{
  static const char *const texts[] = {
    "", "conn", "conn:count", ":count>1", "conn:count>", "conn:count>x", "conn:count>1x", "conn:count>1KK", "conn:count=1",
    "conn:size>1", "conn>1", "conn:count>99999999999999999999", "conn:count>9223372036854775807K", "conn:count> ",
    "conn:count>-9223372036854775808K", "conn:counts>1", "conn:count> 1", "conn:count>>1", "conn:count>1 ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_test_message ("%s", texts[i]);
    g_assert_null (heapsum_condition_new (texts[i], &error));
    g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/condition/summary", test_summary);
  g_test_add_func ("/condition/diff", test_diff);
  g_test_add_func ("/condition/bad", test_bad);
  return g_test_run ();
}
