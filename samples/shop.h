/* shop.h - what the shop keeps. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/un.h>
#include <time.h>

#define N_WORKERS 4
#define N_VISITORS 4
#define N_PRODUCTS 5000
#define N_BUCKETS 512
#define N_LOGGED 256
#define BUFFER_SIZE 4096

struct product {
  unsigned id;
  unsigned cents;
  unsigned stock;
  char *name;
  struct product *related[3];
};

struct cart_item {
  struct cart_item *next;
  const struct product *product;
  unsigned quantity;
};

struct session {
  struct session *next; /* in its bucket */
  unsigned references;
  unsigned n_requests;
  time_t created;
  char *token;
  char *address;
  struct cart_item *cart;
};

struct session_table {
  pthread_mutex_t lock;
  struct session *buckets[N_BUCKETS];
};

struct page {
  struct page *hash_next;
  struct page *newer, *older;
  char *path;
  char *body;
  size_t length;
};

struct page_cache {
  pthread_mutex_t lock;
  struct page **buckets;
  struct page *newest, *oldest;
  size_t n;
};

struct header {
  struct header *next;
  char *name;
  char *value;
};

struct request {
  char *method;
  char *path;
  struct header *headers;
  struct session *session;
};

struct connection {
  int fd;
  unsigned serial;
  struct session *session;
  struct request *request; /* the one being read */
  size_t used;
  char *buffer;
};

struct log_entry {
  struct timespec when;
  int status;
  char *text;
};

struct log_ring {
  pthread_mutex_t lock;
  struct log_entry entries[N_LOGGED];
  unsigned next;
};

struct worker {
  pthread_t thread;
  struct shop *shop;
  struct connection *connection;
  char *scratch; /* pages are rendered here */
};

struct visitor {
  pthread_t thread;
  struct shop *shop;
  unsigned seed;
  unsigned n_visits;
};

struct shop {
  int listener;
  struct sockaddr_un address;
  struct product **products;
  struct session_table *sessions;
  struct page_cache *cache;
  struct log_ring *log;
  struct worker workers[N_WORKERS];
  struct visitor visitors[N_VISITORS];
  atomic_uint n_connections;
  atomic_uint n_requests;
};

/* start_visitors: 0 if a thread cannot be started. */
int start_visitors (struct shop *shop);
void pause_ms (unsigned ms);
