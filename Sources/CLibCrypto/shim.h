#pragma once
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

// Macros and variadic functions do not reach Swift, so each one in use has a function here.

static inline void cgbundle_clear_free(void *bytes, size_t count) { OPENSSL_clear_free(bytes, count); }

static inline void cgbundle_free(void *bytes) { OPENSSL_free(bytes); }

static inline EVP_PKEY *cgbundle_generate_p256(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

static inline EVP_PKEY *cgbundle_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

/// The memory of a memory BIO; it stays the BIO's.
static inline long cgbundle_bio_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
