# development set
PKG=tcl8.6 DEPS=""
BIN="unix/tclsh unix/libtcl8.6.so"
# The bundled zlib, so that what it allocates is known too. Three changes to tclInt.h: a Tcl_Obj is allocated by itself, as the source
# does for PURIFY (else it is carved from blocks of a hundred; the rest of PURIFY, which changes the evaluation stack, stays off); by
# the source's own switch, a callback is allocated as what it is and not as a Tcl_Obj; and the text of a string is allocated in a
# function of its own, since the object stands on the same line
build() {
    sed -i 's/^#if defined(PURIFY)$/#if 1/; s/^\(#define NRE_USE_SMALL_ALLOC\t*\)1/\10/; s/^#define TclInitStringRep(/static inline char *TclRepAlloc(unsigned int n) { return (char *) ckalloc(n); }\n&/
        s/(char \*) ckalloc((unsigned int)(len) + 1U); \\$/TclRepAlloc((unsigned int)(len) + 1U); \\/' generic/tclInt.h
    grep -q 'NRE_USE_SMALL_ALLOC.*0' generic/tclInt.h && grep -q "^#if 1$" generic/tclInt.h && [ "$(grep -c TclRepAlloc generic/tclInt.h)" = 2 ]
    cd unix
    ac_cv_header_zlib_h=no ./configure --disable-threads --enable-shared CFLAGS="$TFLAGS"
    bear --output ../compile_commands.json -- make -j$JOBS tclsh
}
