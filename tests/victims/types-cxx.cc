// types-cxx.cc - C++ types and variables for test-types.c, which reads the file and never runs it.
#include <map>
#include <string>
#include <vector>

namespace net {

enum class State : short { IDLE = -2, BUSY = 7 };

struct Base {
  virtual ~Base () {}
  int base_value = 1;
};

struct Left : virtual Base {
  int left = 2;
};

struct Session : Left {
  State state = State::IDLE;
  int Session::*field = nullptr;
  void (Session::*method) () = nullptr;
  Session &self = *this;
  std::map<unsigned long, std::vector<int>> streams;
  static Session *latest;
  class Inner {
  public:
    Session *outer = nullptr;
    bool flag : 1;
  } inner;
};

Session *Session::latest;

inline namespace v2 {
struct Versioned {
  std::string text;
};
}

template <typename T, int N> struct Ring {
  T items[N];
  Ring *next;
  int
  count ()
  {
    static int calls;
    return ++calls;
  }
};

}

namespace {
struct Hidden {
  net::Ring<short, 5> ring;
} hidden;
}

net::Versioned versioned;
static net::Ring<net::Session *, 3> ring;
decltype (nullptr) nothing;

int
main ()
{
  struct Local {
    Local *next;
    net::State state;
  } local = { nullptr, net::State::BUSY };
  net::Session session;

  net::Session::latest = &session;
  session.streams[5].push_back (ring.count ());
  hidden.ring.next = nullptr;
  __asm__ volatile ("" : : "r"(&hidden), "r"(&ring));
  return local.next != nullptr || session.inner.outer != nullptr || versioned.text.empty () || nothing != nullptr;
}
