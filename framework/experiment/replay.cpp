#include "descent/experiment/replay.h"

#include <cstdio>

#include "descent/core/error.h"
#include "descent/experiment/setup.h"
#include "descent/experiment/step_table.h"
#include "descent/experiment/trainer.h"

namespace descent {

int explain_run(const std::string& folder, const std::string& parameter) {
  const Experiment experiment = Experiment::load(folder + "/resolved.yaml", {});
  if (experiment.is_study())
    fail(ErrorKind::usage, "{}: a sweep or comparison has many runs\n  help: explain one of those that `keep` makes, {}/trials/N", folder,
         folder);
  const Setup setup(experiment);
  StepTable table(*setup.optimizer, parameter);
  std::printf("%s\n", table.header().c_str());
  TrainerEvents events;
  events.before_update = [&] { table.before_update(); };
  events.step = [&](std::int64_t step, double loss) {
    std::printf("%s\n", table.lines(step, setup.problem->value().value_or(loss)).c_str());
  };
  Trainer(experiment, *setup.problem, *setup.optimizer, *setup.scheduler, events).run();
  return 0;
}

}  // namespace descent
