#pragma once
#include <csignal>

namespace descent {

// While it lives, SIGINT and SIGTERM set `interrupted_by` (trainer.h); a second signal ends the process as usual.
class SignalsNoted {
 public:
  SignalsNoted();
  ~SignalsNoted();
  SignalsNoted(const SignalsNoted&) = delete;
  SignalsNoted& operator=(const SignalsNoted&) = delete;

 private:
  struct sigaction before_[2];
};

}  // namespace descent
