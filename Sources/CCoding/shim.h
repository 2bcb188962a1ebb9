#ifndef WW_CCODING_SHIM_H
#define WW_CCODING_SHIM_H

#include <brotli/decode.h>
#include <zlib.h>

/* inflateInit2 is a macro. */
static inline int ww_inflate_init(z_stream *_Nonnull stream, int window_bits) { return inflateInit2(stream, window_bits); }

#endif
