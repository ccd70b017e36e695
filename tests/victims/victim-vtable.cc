/* victim-vtable.cc - objects that only untyped memory points to, so that nothing but their vtable tells what they are. Prints
 * each one's address under its class. */
#include <cstdio>
#include <cstdlib>

namespace shapes {

struct Shape {
  virtual ~Shape () {}
  virtual double area () const = 0;
  long id = 0;
};

struct Circle : Shape {
  double radius = 1;
  double area () const override { return 3 * radius * radius; }
};

template <class T> struct Box : Shape {
  T width = 1, height = 2;
  double area () const override { return double (width) * double (height); }
};

struct Named {
  virtual const char *name () const { return "named"; }
  virtual ~Named () {}
};

struct Both : Circle, Named {
  char text[64] = "both";
};

}

int
main ()
{
  void **objects = static_cast<void **> (std::malloc (4 * sizeof (void *)));
  char line[64];

  objects[0] = new shapes::Circle;
  objects[1] = new shapes::Box<int>;
  objects[2] = new shapes::Both;
  std::printf ("shapes::Circle 0x%zx\nshapes::Box<int> 0x%zx\nshapes::Both 0x%zx\nready\n", size_t (objects[0]),
               size_t (objects[1]), size_t (objects[2]));
  std::fflush (stdout);
  while (std::fgets (line, sizeof line, stdin) != nullptr)
    ;
  return objects[3] != nullptr;
}
