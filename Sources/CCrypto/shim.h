#ifndef WW_CCRYPTO_SHIM_H
#define WW_CCRYPTO_SHIM_H

// The streaming SHA-256 of old has a context without allocation and without a look-up at each use.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#endif
