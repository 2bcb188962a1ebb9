#ifndef WW_CPSL_SHIM_H
#define WW_CPSL_SHIM_H

#include <libpsl.h>

#endif
