#pragma once

#include "descent/experiment/run.h"
#include "descent/experiment/trainer.h"
#include "tests/stopwatch.h"
#include "tests/temporary_folder.h"

namespace descent::test {

inline const char* const kParabola =
    "objective: {type: expression, expression: \"w^2\", start: {w: 1}}\noptimizer: {type: sgd, lr: 0.1}\ntrain: {steps: 3}\n";

// Experiment files in a folder of their own.
class ExperimentTest : public ::testing::Test {
 protected:
  // The path of a file with this content.
  std::string write(const std::string& text, const std::string& name = "e.yaml") const {
    spill(folder_ / name, text);
    return folder_ / name;
  }
  std::string without_folder(std::string text) const {
    for (std::size_t i; (i = text.find(folder_.path() + '/')) != std::string::npos;) text.erase(i, folder_.path().size() + 1);
    return text;
  }
  // What `descent check` says about a file that must be refused, at once and briefly.
  std::string refusal(const std::string& text, ErrorKind kind = ErrorKind::invalid, const std::vector<std::string>& set = {}) const {
    RunRequest request;
    request.file = write(text);
    request.set = set;
    const test::Stopwatch watch;
    const std::string report = error_of(kind, [&] { check(request, false); });
    EXPECT_LT(watch.seconds(), 2) << text.substr(0, 1000);
    EXPECT_LT(report.size(), 2000u);
    return without_folder(report);
  }

  // For a run of this file that leaves the folder beside it and says nothing of its progress.
  RunRequest request_of(const std::string& text, const std::string& folder) const {
    RunRequest request;
    request.file = write(text);
    request.out = folder_ / folder;
    request.quiet = true;
    return request;
  }
  // What a command prints that must end with exit code 0.
  template <class Command>
  static std::string printed_by(Command&& command) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(command(), 0);
    return testing::internal::GetCapturedStdout();
  }
  // Resumes a sweep or comparison.
  static void go_on(const std::string& folder) {
    RunRequest request;
    request.quiet = true;
    printed_by([&] { return resume(request, folder); });
  }

  Experiment load(const std::string& text) const { return Experiment::load(write(text), {}); }

  TemporaryFolder folder_;
};

// A problem with its optimizer, and what training it brought.
struct Training {
  Training(const Experiment& experiment, std::unique_ptr<Problem> of)
      : problem(std::move(of)), optimizer(descent::make<optim::Optimizer>(experiment.optimizer)) {
    optimizer->add_parameters(problem->parameters());
    scheduler.emplace(experiment, *problem, *optimizer);
    TrainerEvents events;
    events.record = [this](const Record& record) { records.push_back(record); };
    outcome = Trainer(experiment, *problem, *optimizer, *scheduler, events).run();
  }
  explicit Training(const Experiment& experiment) : Training(experiment, make_problem(experiment)) {}

  // The losses, or one other number, of a split's records.
  template <class F>
  std::vector<double> of(F&& number, const std::string& split = "train") const {
    std::vector<double> numbers;
    for (const Record& record : records) {
      if (record.split == split) numbers.push_back(static_cast<double>(number(record)));
    }
    return numbers;
  }
  std::vector<double> losses(const std::string& split = "train") const {
    return of([](const Record& record) { return record.loss; }, split);
  }
  std::vector<double> steps(const std::string& split = "train") const {
    return of([](const Record& record) { return record.step; }, split);
  }
  std::vector<double> rates() const {
    return of([](const Record& record) { return record.lr.value_or(0); });
  }

  std::unique_ptr<Problem> problem;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::optional<Scheduler> scheduler;
  std::vector<Record> records;
  Outcome outcome;
};

}  // namespace descent::test
