#ifndef WW_CCURL_SHIM_H
#define WW_CCURL_SHIM_H

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* libcurl's setopt and getinfo take anything; Swift sees no such functions. One wrapper per kind of argument.
   The names are parenthesised because the header covers them with type-checking macros. */

static inline CURLcode ww_easy_setopt_long(CURL *_Nonnull h, CURLoption o, long v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode ww_easy_setopt_offset(CURL *_Nonnull h, CURLoption o, curl_off_t v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode ww_easy_setopt_string(CURL *_Nonnull h, CURLoption o, const char *_Nullable v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode ww_easy_setopt_pointer(CURL *_Nonnull h, CURLoption o, void *_Nullable v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode ww_easy_setopt_list(CURL *_Nonnull h, CURLoption o, struct curl_slist *_Nullable v) { return (curl_easy_setopt)(h, o, v); }

typedef size_t (*ww_data_callback)(char *_Nullable, size_t, size_t, void *_Nullable);
typedef curl_socket_t (*ww_socket_callback)(void *_Nullable, curlsocktype, struct curl_sockaddr *_Nullable);
typedef int (*ww_prereq_callback)(void *_Nullable, char *_Nullable, char *_Nullable, int, int);

static inline CURLcode ww_easy_setopt_write(CURL *_Nonnull h, ww_data_callback _Nonnull f, void *_Nullable context)
{
    CURLcode c = (curl_easy_setopt)(h, CURLOPT_WRITEFUNCTION, f);
    return c ? c : (curl_easy_setopt)(h, CURLOPT_WRITEDATA, context);
}
static inline CURLcode ww_easy_setopt_header(CURL *_Nonnull h, ww_data_callback _Nonnull f, void *_Nullable context)
{
    CURLcode c = (curl_easy_setopt)(h, CURLOPT_HEADERFUNCTION, f);
    return c ? c : (curl_easy_setopt)(h, CURLOPT_HEADERDATA, context);
}
static inline CURLcode ww_easy_setopt_opensocket(CURL *_Nonnull h, ww_socket_callback _Nonnull f, void *_Nullable context)
{
    CURLcode c = (curl_easy_setopt)(h, CURLOPT_OPENSOCKETFUNCTION, f);
    return c ? c : (curl_easy_setopt)(h, CURLOPT_OPENSOCKETDATA, context);
}
static inline CURLcode ww_easy_setopt_prereq(CURL *_Nonnull h, ww_prereq_callback _Nonnull f, void *_Nullable context)
{
    CURLcode c = (curl_easy_setopt)(h, CURLOPT_PREREQFUNCTION, f);
    return c ? c : (curl_easy_setopt)(h, CURLOPT_PREREQDATA, context);
}

typedef int (*ww_debug_callback)(CURL *_Nullable, curl_infotype, char *_Nullable, size_t, void *_Nullable);
typedef int (*ww_progress_callback)(void *_Nullable, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
typedef int (*ww_close_callback)(void *_Nullable, curl_socket_t);

static inline CURLcode ww_easy_setopt_read(CURL *_Nonnull h, ww_data_callback _Nonnull f, void *_Nullable context)
{
    CURLcode c = (curl_easy_setopt)(h, CURLOPT_READFUNCTION, f);
    return c ? c : (curl_easy_setopt)(h, CURLOPT_READDATA, context);
}
static inline CURLcode ww_easy_setopt_debug(CURL *_Nonnull h, ww_debug_callback _Nonnull f, void *_Nullable context)
{
    CURLcode c = (curl_easy_setopt)(h, CURLOPT_DEBUGFUNCTION, f);
    return c ? c : (curl_easy_setopt)(h, CURLOPT_DEBUGDATA, context);
}
static inline CURLcode ww_easy_setopt_progress(CURL *_Nonnull h, ww_progress_callback _Nonnull f, void *_Nullable context)
{
    CURLcode c = (curl_easy_setopt)(h, CURLOPT_XFERINFOFUNCTION, f);
    return c ? c : (curl_easy_setopt)(h, CURLOPT_XFERINFODATA, context);
}
static inline CURLcode ww_easy_setopt_closesocket(CURL *_Nonnull h, ww_close_callback _Nonnull f, void *_Nullable context)
{
    CURLcode c = (curl_easy_setopt)(h, CURLOPT_CLOSESOCKETFUNCTION, f);
    return c ? c : (curl_easy_setopt)(h, CURLOPT_CLOSESOCKETDATA, context);
}

static inline CURLcode ww_easy_getinfo_long(CURL *_Nonnull h, CURLINFO i, long *_Nonnull v) { return (curl_easy_getinfo)(h, i, v); }
static inline CURLcode ww_easy_getinfo_offset(CURL *_Nonnull h, CURLINFO i, curl_off_t *_Nonnull v) { return (curl_easy_getinfo)(h, i, v); }

typedef int (*ww_watch_callback)(CURL *_Nullable, curl_socket_t, int, void *_Nullable, void *_Nullable);
typedef int (*ww_timer_callback)(CURLM *_Nullable, long, void *_Nullable);

static inline CURLMcode ww_multi_setopt_long(CURLM *_Nonnull m, CURLMoption o, long v) { return (curl_multi_setopt)(m, o, v); }
static inline CURLMcode ww_multi_setopt_socket(CURLM *_Nonnull m, ww_watch_callback _Nonnull f, void *_Nullable context)
{
    CURLMcode c = (curl_multi_setopt)(m, CURLMOPT_SOCKETFUNCTION, f);
    return c ? c : (curl_multi_setopt)(m, CURLMOPT_SOCKETDATA, context);
}
static inline CURLMcode ww_multi_setopt_timer(CURLM *_Nonnull m, ww_timer_callback _Nonnull f, void *_Nullable context)
{
    CURLMcode c = (curl_multi_setopt)(m, CURLMOPT_TIMERFUNCTION, f);
    return c ? c : (curl_multi_setopt)(m, CURLMOPT_TIMERDATA, context);
}

/* The next finished transfer; NULL when there is none. (CURLMsg holds an anonymous union.) */
static inline CURL *_Nullable ww_multi_finished(CURLM *_Nonnull m, CURLcode *_Nonnull result)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(m, &left))) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

/* Macros with casts are not imported. */
static const long ww_curl_auth_basic = (long)CURLAUTH_BASIC;
static const long ww_curl_auth_digest = (long)CURLAUTH_DIGEST;
static const long ww_curl_use_no_ssl = CURLUSESSL_NONE;
static const long ww_curl_use_all_ssl = CURLUSESSL_ALL;
static const long ww_curl_global_default = CURL_GLOBAL_DEFAULT;
static const curl_socket_t ww_curl_socket_bad = CURL_SOCKET_BAD;
static const curl_socket_t ww_curl_socket_timeout = CURL_SOCKET_TIMEOUT;

#endif
