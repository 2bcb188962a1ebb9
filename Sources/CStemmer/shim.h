#ifndef WW_CSTEMMER_SHIM_H
#define WW_CSTEMMER_SHIM_H

#include <libstemmer.h>

#endif
