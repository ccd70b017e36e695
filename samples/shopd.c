/* shopd.c - a small shop's web server with a leak, to try heapsum on.
 *
 * Worker threads speak a little HTTP on a Unix socket: they show products from a catalogue, keep rendered pages in a
 * cache (hash table and LRU list), visitors' carts in sessions, and what they did in a log ring. Client threads of the
 * same program are its visitors; one visit in eight stops in the middle of a request, as people on trains do.
 *
 * A session lives as long as anybody refers to it: its connection, and each request. request_abandon(), which runs when
 * a request times out, forgets that. It is the kind of line that no test of the good path ever reaches.
 *
 * Prints "ready PID" when the cache is full and the load steady, and ends after --seconds N (60) or with its parent. */
#include "samples/shop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_PAGES 1000       /* the cache holds so many */
#define PATIENCE_MS 40     /* a request has to be complete within so long */

static struct shop *the_shop;

static void *
allocate (size_t size)
{
  void *memory = calloc (1, size);

  if (memory == NULL)
    abort ();
  return memory;
}

static char *
copy_text (const char *text)
{
  char *copy = strdup (text);

  if (copy == NULL)
    abort ();
  return copy;
}

static unsigned
hash_text (const char *text)
{
  unsigned hash = 5381;

  while (*text != 0)
    hash = hash * 33 + (unsigned char)*text++;
  return hash % N_BUCKETS;
}

/* --- log --- */

static void
log_add (struct log_ring *log, int status, const char *text)
{
  char *old;

  pthread_mutex_lock (&log->lock);
  struct log_entry *entry = &log->entries[log->next++ % N_LOGGED];
  old = entry->text;
  entry->text = copy_text (text);
  entry->status = status;
  clock_gettime (CLOCK_REALTIME, &entry->when);
  pthread_mutex_unlock (&log->lock);
  free (old);
}

/* --- sessions --- */

/* The session of a token, which comes into being with the first request. The caller has a reference to drop. */
static struct session *
session_get (struct session_table *table, const char *token, unsigned serial)
{
  unsigned bucket = hash_text (token);
  char address[32];

  pthread_mutex_lock (&table->lock);
  struct session *session = table->buckets[bucket];
  while (session != NULL && strcmp (session->token, token) != 0)
    session = session->next;
  if (session == NULL) {
    snprintf (address, sizeof address, "10.0.%u.%u", serial / 256 % 256, serial % 256);
    session = allocate (sizeof *session);
    session->token = copy_text (token);
    session->address = copy_text (address);
    session->created = time (NULL);
    session->next = table->buckets[bucket];
    table->buckets[bucket] = session;
  }
  session->references++;
  session->n_requests++;
  pthread_mutex_unlock (&table->lock);
  return session;
}

static void
session_free (struct session *session)
{
  while (session->cart != NULL) {
    struct cart_item *item = session->cart;
    session->cart = item->next;
    free (item);
  }
  free (session->token);
  free (session->address);
  free (session);
}

static void
session_unref (struct session_table *table, struct session *session)
{
  struct session **link = &table->buckets[hash_text (session->token)];

  pthread_mutex_lock (&table->lock);
  int last = --session->references == 0;
  if (last) {
    while (*link != session)
      link = &(*link)->next;
    *link = session->next;
  }
  pthread_mutex_unlock (&table->lock);
  if (last)
    session_free (session);
}

static void
session_buy (struct session *session, const struct product *product)
{
  struct cart_item *item = allocate (sizeof *item);

  item->product = product;
  item->quantity = 1 + product->id % 3;
  item->next = session->cart;
  session->cart = item;
}

/* --- pages --- */

static void
cache_take_out (struct page_cache *cache, struct page *page)
{
  *(page->newer != NULL ? &page->newer->older : &cache->newest) = page->older;
  *(page->older != NULL ? &page->older->newer : &cache->oldest) = page->newer;
}

static void
cache_put_first (struct page_cache *cache, struct page *page)
{
  page->newer = NULL;
  page->older = cache->newest;
  *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = page;
  cache->newest = page;
}

static void
cache_evict (struct page_cache *cache)
{
  struct page *page = cache->oldest;
  struct page **link = &cache->buckets[hash_text (page->path)];

  while (*link != page)
    link = &(*link)->hash_next;
  *link = page->hash_next;
  cache_take_out (cache, page);
  cache->n--;
  free (page->path);
  free (page->body);
  free (page);
}

static struct page *
page_render (struct worker *worker, const struct product *product, const char *path)
{
  struct page *page = allocate (sizeof *page);
  size_t length = (size_t)snprintf (worker->scratch, BUFFER_SIZE, "<h1>%s</h1><p>%u.%02u, %u in stock<ul>",
                                    product->name, product->cents / 100, product->cents % 100, product->stock);

  for (unsigned i = 0; i < 3 + product->id % 20; i++)
    length += (size_t)snprintf (worker->scratch + length, BUFFER_SIZE - length, "<li>%s",
                                product->related[i % 3]->name);
  page->path = copy_text (path);
  page->body = copy_text (worker->scratch);
  page->length = length;
  return page;
}

/* Sends the page of a product, from the cache if it is there. */
static size_t
page_send (struct worker *worker, const struct product *product, const char *path, int fd)
{
  struct page_cache *cache = worker->shop->cache;
  unsigned bucket = hash_text (path);

  pthread_mutex_lock (&cache->lock);
  struct page *page = cache->buckets[bucket];
  while (page != NULL && strcmp (page->path, path) != 0)
    page = page->hash_next;
  if (page != NULL)
    cache_take_out (cache, page);
  else {
    page = page_render (worker, product, path);
    page->hash_next = cache->buckets[bucket];
    cache->buckets[bucket] = page;
    cache->n++;
  }
  cache_put_first (cache, page);
  ssize_t sent = send (fd, page->body, page->length + 1, MSG_NOSIGNAL);
  if (cache->n > N_PAGES)
    cache_evict (cache);
  pthread_mutex_unlock (&cache->lock);
  return sent > 0 ? (size_t)sent : 0;
}

/* --- requests --- */

static void
headers_free (struct header *header)
{
  while (header != NULL) {
    struct header *next = header->next;
    free (header->name);
    free (header->value);
    free (header);
    header = next;
  }
}

static void
request_free (struct shop *shop, struct request *request)
{
  session_unref (shop->sessions, request->session);
  headers_free (request->headers);
  free (request->method);
  free (request->path);
  free (request);
}

/* The visitor did not finish the request in time: away with it. */
static void
request_abandon (struct shop *shop, struct request *request)
{
  log_add (shop->log, 408, request->path);
  headers_free (request->headers);
  free (request->method);
  free (request->path);
  free (request); /* the leak: nobody drops request->session */
}

/* Takes the next line out of the buffer: NULL while there is none. The line is to be freed. */
static char *
take_line (struct connection *connection)
{
  char *end = memchr (connection->buffer, '\n', connection->used);

  if (end == NULL)
    return NULL;
  size_t length = (size_t)(end - connection->buffer);
  char *line = allocate (length + 1);
  memcpy (line, connection->buffer, length);
  connection->used -= length + 1;
  memmove (connection->buffer, end + 1, connection->used);
  return line;
}

/* "GET /product/17 TOKEN": the session is looked up at once, as it says where to log and whom to bill. */
static void
request_start (struct shop *shop, struct connection *connection, const char *line)
{
  struct request *request = allocate (sizeof *request);
  char method[16] = "", path[64] = "", token[64] = "";

  sscanf (line, "%15s %63s %63s", method, path, token);
  request->method = copy_text (method);
  request->path = copy_text (path);
  request->session = session_get (shop->sessions, token, connection->serial);
  if (connection->session == NULL)
    connection->session = session_get (shop->sessions, token, connection->serial);
  connection->request = request;
}

static void
request_add_header (struct request *request, const char *line)
{
  struct header *header = allocate (sizeof *header);
  char name[64] = "", value[128] = "";

  sscanf (line, "%63[^:]: %127[^\r]", name, value);
  header->name = copy_text (name);
  header->value = copy_text (value);
  header->next = request->headers;
  request->headers = header;
}

static void
request_serve (struct worker *worker, struct connection *connection)
{
  struct request *request = connection->request;
  struct shop *shop = worker->shop;
  const struct product *product = shop->products[0];
  const char *number = strrchr (request->path, '/');

  if (number != NULL)
    product = shop->products[strtoul (number + 1, NULL, 10) % N_PRODUCTS];
  if (strcmp (request->method, "POST") == 0)
    session_buy (request->session, product);
  page_send (worker, product, request->path, connection->fd);
  log_add (shop->log, 200, request->path);
  connection->request = NULL;
  request_free (shop, request);
  atomic_fetch_add (&shop->n_requests, 1);
}

/* Handles what lines there are. */
static void
handle_lines (struct worker *worker, struct connection *connection)
{
  char *line;

  while ((line = take_line (connection)) != NULL) {
    if (connection->request == NULL)
      request_start (worker->shop, connection, line);
    else if (*line != 0 && *line != '\r')
      request_add_header (connection->request, line);
    else
      request_serve (worker, connection);
    free (line);
  }
}

/* 0: the visitor went or takes too long. */
static int
receive (struct connection *connection)
{
  struct pollfd poller = { .fd = connection->fd, .events = POLLIN };

  if (poll (&poller, 1, PATIENCE_MS) <= 0 || connection->used == BUFFER_SIZE)
    return 0;
  ssize_t n = recv (connection->fd, connection->buffer + connection->used, BUFFER_SIZE - connection->used, 0);
  connection->used += n > 0 ? (size_t)n : 0;
  return n > 0;
}

static void
connection_serve (struct worker *worker, int fd)
{
  struct shop *shop = worker->shop;
  struct connection *connection = allocate (sizeof *connection);

  connection->fd = fd;
  connection->serial = atomic_fetch_add (&shop->n_connections, 1);
  connection->buffer = allocate (BUFFER_SIZE);
  worker->connection = connection;
  while (receive (connection))
    handle_lines (worker, connection);
  worker->connection = NULL;
  if (connection->request != NULL)
    request_abandon (shop, connection->request);
  if (connection->session != NULL)
    session_unref (shop->sessions, connection->session);
  close (fd);
  free (connection->buffer);
  free (connection);
}

static void *
worker_run (void *data)
{
  struct worker *worker = data;

  worker->scratch = allocate (BUFFER_SIZE);
  while (1) {
    int fd = accept (worker->shop->listener, NULL, NULL);
    if (fd >= 0)
      connection_serve (worker, fd);
    else if (errno != EINTR && errno != ECONNABORTED)
      return NULL;
  }
}

/* --- the shop --- */

static void
fill_catalogue (struct shop *shop)
{
  static const char *const things[] = { "kettle", "lamp", "bicycle pump", "teapot", "umbrella", "clock", "notebook" };
  char name[64];

  shop->products = allocate (N_PRODUCTS * sizeof *shop->products);
  for (unsigned i = 0; i < N_PRODUCTS; i++) {
    struct product *product = shop->products[i] = allocate (sizeof *product);
    snprintf (name, sizeof name, "%s no. %u", things[i % 7], i);
    product->id = i;
    product->cents = 199 + i * 7 % 5000;
    product->stock = i % 40;
    product->name = copy_text (name);
  }
  for (unsigned i = 0; i < N_PRODUCTS; i++)
    for (unsigned k = 0; k < 3; k++)
      shop->products[i]->related[k] = shop->products[(i * 31 + k * 7 + 1) % N_PRODUCTS];
}

/* An abstract name: no file is left behind. */
static int
open_shop (struct shop *shop)
{
  shop->address.sun_family = AF_UNIX;
  snprintf (shop->address.sun_path + 1, sizeof shop->address.sun_path - 1, "heapsum-sample-%d", (int)getpid ());
  shop->listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  shop->sessions = allocate (sizeof *shop->sessions);
  shop->cache = allocate (sizeof *shop->cache);
  shop->cache->buckets = allocate (N_BUCKETS * sizeof *shop->cache->buckets);
  shop->log = allocate (sizeof *shop->log);
  pthread_mutex_init (&shop->sessions->lock, NULL);
  pthread_mutex_init (&shop->cache->lock, NULL);
  pthread_mutex_init (&shop->log->lock, NULL);
  fill_catalogue (shop);
  return shop->listener >= 0 && bind (shop->listener, (struct sockaddr *)&shop->address, sizeof shop->address) == 0
         && listen (shop->listener, N_VISITORS) == 0;
}

static int
start_workers (struct shop *shop)
{
  int failed = 0;

  for (unsigned i = 0; i < N_WORKERS; i++) {
    shop->workers[i].shop = shop;
    failed |= pthread_create (&shop->workers[i].thread, NULL, worker_run, &shop->workers[i]);
  }
  return !failed;
}

static void
wait_until_busy (struct shop *shop)
{
  size_t n;

  do {
    pause_ms (10);
    pthread_mutex_lock (&shop->cache->lock);
    n = shop->cache->n;
    pthread_mutex_unlock (&shop->cache->lock);
  } while (n < N_PAGES || atomic_load (&shop->n_connections) < 400);
}

int
main (int argc, char **argv)
{
  unsigned seconds = argc == 3 && strcmp (argv[1], "--seconds") == 0 ? (unsigned)strtoul (argv[2], NULL, 10) : 60;

  prctl (PR_SET_PDEATHSIG, SIGTERM);
  the_shop = allocate (sizeof *the_shop);
  if (!open_shop (the_shop) || !start_workers (the_shop) || !start_visitors (the_shop)) {
    perror ("shopd");
    return 1;
  }
  wait_until_busy (the_shop);
  printf ("ready %d\n", (int)getpid ());
  fflush (stdout);
  sleep (seconds);
  return 0;
}
