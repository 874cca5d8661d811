#include "descent/experiment/signals.h"

#include "descent/experiment/trainer.h"

namespace descent {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

void note(int signal) { interrupted_by = signal; }

}  // namespace

SignalsNoted::SignalsNoted() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (int i = 0; i < 2; ++i) sigaction(kSignals[i], &action, &before_[i]);
}

SignalsNoted::~SignalsNoted() {
  for (int i = 0; i < 2; ++i) sigaction(kSignals[i], &before_[i], nullptr);
}

}  // namespace descent
