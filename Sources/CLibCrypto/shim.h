#pragma once
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ct.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Macros and variadic functions do not reach Swift, so each one in use has a function here.

static inline void cgbundle_clear_free(void *bytes, size_t count) { OPENSSL_clear_free(bytes, count); }

static inline void cgbundle_free(void *bytes) { OPENSSL_free(bytes); }

static inline EVP_PKEY *cgbundle_generate_p256(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

static inline EVP_PKEY *cgbundle_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

/// The memory of a memory BIO; it stays the BIO's.
static inline long cgbundle_bio_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

/// Names as RFC 4514 writes them; bytes beyond ASCII stay what they are, control characters are escaped.
static inline unsigned long cgbundle_name_flags(void) { return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB; }

static inline int cgbundle_general_name_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

static inline const GENERAL_NAME *cgbundle_general_name(const GENERAL_NAMES *names, int place) {
    return sk_GENERAL_NAME_value(names, place);
}

static inline STACK_OF(X509) *cgbundle_x509_stack(void) { return sk_X509_new_null(); }

/// The stack owns what is pushed; 0 is no memory.
static inline int cgbundle_x509_push(STACK_OF(X509) *stack, X509 *one) { return sk_X509_push(stack, one); }

static inline int cgbundle_x509_count(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }

static inline X509 *cgbundle_x509(const STACK_OF(X509) *stack, int place) { return sk_X509_value(stack, place); }

static inline void cgbundle_x509_stack_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }

static inline int cgbundle_sct_count(const STACK_OF(SCT) *list) { return sk_SCT_num(list); }

static inline SCT *cgbundle_sct(const STACK_OF(SCT) *list, int place) { return sk_SCT_value(list, place); }

/// The hash that the only signer of a signed message used; NID_undef where there is not exactly one signer.
static inline int cgbundle_only_signer_digest(PKCS7 *token) {
    STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(token);
    if (sk_PKCS7_SIGNER_INFO_num(signers) != 1) return NID_undef;
    return OBJ_obj2nid(sk_PKCS7_SIGNER_INFO_value(signers, 0)->digest_alg->algorithm);
}
