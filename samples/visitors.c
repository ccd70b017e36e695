/* visitors.c - the people who come to the shop, and go. */
#include "samples/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUESTS_A_VISIT 6

void
pause_ms (unsigned ms)
{
  struct timespec time = { .tv_nsec = (long)ms * 1000000 };

  nanosleep (&time, NULL);
}

static void
ask (struct visitor *visitor, int fd, const char *token, unsigned i)
{
  char text[512], answer[BUFFER_SIZE];
  int length = snprintf (text, sizeof text, "%s /product/%u %s\r\nHost: shop.example\r\nAccept: text/html\r\n\r\n",
                         i % 3 == 2 ? "POST" : "GET", (unsigned)rand_r (&visitor->seed) % N_PRODUCTS, token);

  if (send (fd, text, (size_t)length, MSG_NOSIGNAL) == length)
    (void)!recv (fd, answer, sizeof answer, 0);
}

/* The train enters a tunnel: half a request, and the rest never comes. */
static void
stall (int fd, const char *token)
{
  char text[128], answer[16];
  int length = snprintf (text, sizeof text, "GET /checkout %s\r\nHost: shop", token);

  if (send (fd, text, (size_t)length, MSG_NOSIGNAL) == length)
    (void)!recv (fd, answer, sizeof answer, 0);
}

static void
visit (struct visitor *visitor)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char token[64];

  snprintf (token, sizeof token, "visitor-%u-%08x", visitor->n_visits, rand_r (&visitor->seed));
  if (fd >= 0 && connect (fd, (struct sockaddr *)&visitor->shop->address, sizeof visitor->shop->address) == 0) {
    for (unsigned i = 0; i < REQUESTS_A_VISIT; i++)
      ask (visitor, fd, token, i);
    if (visitor->n_visits % 8 == 7)
      stall (fd, token);
  }
  close (fd);
  visitor->n_visits++;
}

static void *
visitor_run (void *data)
{
  struct visitor *visitor = data;

  while (1) {
    visit (visitor);
    pause_ms (visitor->n_visits > 100 ? 5 : 0); /* the cache is to fill quickly */
  }
  return NULL;
}

int
start_visitors (struct shop *shop)
{
  int failed = 0;

  for (unsigned i = 0; i < N_VISITORS; i++) {
    shop->visitors[i].shop = shop;
    shop->visitors[i].seed = 1 + i;
    failed |= pthread_create (&shop->visitors[i].thread, NULL, visitor_run, &shop->visitors[i]);
  }
  return !failed;
}
