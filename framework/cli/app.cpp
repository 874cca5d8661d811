#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>

#include "descent/cli/commands.h"
#include "descent/cli/main.h"
#include "descent/core/error.h"
#include "descent/experiment/find_run.h"
#include "descent/experiment/run.h"
#include "descent/options/diagnostics.h"
#include "descent/options/registry.h"

// The command line: what can be typed. CLI11 is included here alone.
namespace descent {
namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

constexpr const char* kRun = "a run: its folder, `latest`, NAME/latest, or the beginning of its folder's name";

// What can be typed, and what was.
class CommandLine {
 public:
  explicit CommandLine(const std::string& program)
      : app_("Trains neural networks and compares optimizers, from experiment files in YAML.", program) {
    app_.set_version_flag("--version", "descent " DESCENT_VERSION, "the version");
    app_.set_help_flag("-h,--help", "this text");
    app_.add_option("--color", color_, "auto, always or never; auto: on a terminal")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->type_name("WHEN");
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.failure_message(nullptr);
    add_run();
    add_check();
    add_list();
    add_inspect();
    add_explain();
    add_verify();
    add_compare();
    add_folders();
    add_report();
    request_.finished = cli::write_report;
    add("doctor", "check this machine: versions, BLAS, data sets", cli::doctor);
    add("schema", "print the JSON Schema of experiment files, for editors", cli::schema);
    add("new", "write a C++ project that uses the library", [this] { return cli::create_project(folder_); })
        .add_option("DIR", folder_, "its folder; it must not exist or be empty")
        ->required()
        ->type_name("");
  }

  int run(int argc, char** argv) {
    if (argc < 2) {
      std::fputs(app_.help().c_str(), stderr);
      return static_cast<int>(ErrorKind::usage);
    }
    request_.arguments.assign(argv, argv + argc);
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return app_.exit(error);
      fail_usage(error.what());
    }
    request_.color = color();
    return action_();
  }

  Color color() const { return color_ == "always" ? Color::always : color_ == "never" ? Color::never : Color::automatic; }

 private:
  CLI::App& add(const char* name, const char* meaning, std::function<int()> action) {
    CLI::App& command = *app_.add_subcommand(name, meaning);
    command.callback([this, action = std::move(action)] { action_ = action; });
    return command;
  }

  void add_experiment_options(CLI::App& command) {
    const auto add_set = [&](const char* option, const std::string& key, const char* type, const char* meaning) {
      command
          .add_option_function<std::string>(
              option, [this, key](const std::string& text) { request_.set.push_back(key + text); }, meaning)
          ->type_name(type)
          ->take_all()
          ->allow_extra_args(false);
    };
    command.add_option("FILE", request_.file, "experiment file")->required()->type_name("");
    command.add_option("--set", request_.set, "replaces what the file says, as optimizer.lr=0.1; may be repeated")
        ->allow_extra_args(false)
        ->type_name("KEY=VALUE");
    add_set("--seed", "seed=", "N", "the same as --set seed=N");
    add_set("--threads", "threads=", "N", "the same as --set threads=N");
  }

  // What becomes of what is run.
  void add_output_options(CLI::App& command) {
    command.add_option("--out", request_.out, "folder of the run; it must not exist or be empty")
        ->check([](const std::string& folder) { return folder.empty() ? "the name of a folder is missing" : ""; })
        ->type_name("DIR");
    command.add_flag("--quiet", request_.quiet, "no progress on stderr");
    command.add_flag("--json", request_.json, "the summary as JSON on stdout, and no progress");
  }

  void add_run() {
    CLI::App& command =
        add("run", "run an experiment file: a single run, a sweep or a comparison", [this] { return descent::run(request_); });
    add_experiment_options(command);
    command.add_option("--require", request_.require, "exit code 6 unless it holds at the end; also <=, >, <, ==; may be repeated")
        ->allow_extra_args(false)
        ->type_name("METRIC>=VALUE");
    add_output_options(command);
  }

  void add_check() {
    CLI::App& command =
        add("check", "validate an experiment file and its data; write nothing", [this] { return check(request_, resolved_); });
    add_experiment_options(command);
    command.add_flag("--resolved", resolved_, "print the file with every default");
  }

  void add_list() {
    CLI::App& command = add("list", "what is built in, with every option", [this] {
      return cli::list(kind_, markdown_ ? cli::ListForm::markdown : json_ ? cli::ListForm::json : cli::ListForm::text);
    });
    command.add_option("KIND", kind_, "optimizers, layers, models, …; default: all")->type_name("");
    CLI::Option* json = command.add_flag("--json", json_, "as JSON");
    command.add_flag("--markdown", markdown_, "as the reference page, docs/reference.md")->excludes(json);
  }

  void add_inspect() {
    CLI::App& command =
        add("inspect", "read a data file strictly and say what it holds", [this] { return cli::inspect(file_, format_, target_); });
    command.add_option("FILE", file_, "data file")->required()->type_name("");
    command.add_option("--format", format_, "csv, libsvm, idx, npy, safetensors or text; default: by content and name")
        ->type_name("FORMAT");
    command.add_option("--target", target_, "the target of a csv, by name or number; default: the last column")->type_name("COLUMN");
  }

  void add_explain() {
    CLI::App& command = add("explain", "what an optimizer does, with its numbers; or every step of a run",
                            [this] { return cli::explain(file_, dialect_, parameter_); });
    command.add_option("WHAT", file_, "an optimizer, an experiment file, or a run: its folder, `latest`, the beginning of its name")
        ->required()
        ->type_name("");
    command.add_option("--dialect", dialect_, "whose rule and defaults: pytorch, keras, …")->type_name("NAME");
    command.add_option("--parameter", parameter_, "of a run: the parameter, or an element as 0.weight[3]")->type_name("NAME");
  }

  void add_verify() {
    CLI::App& command = add("verify", "prove what optimizers claim of themselves; exit code 6 if a claim fails",
                            [this] { return cli::verify(optimizers_, json_); });
    command.add_option("OPTIMIZER", optimizers_, "default: all")->type_name("");
    command.add_flag("--json", json_, "as JSON");
  }

  void add_compare() {
    CLI::App& command = add("compare", "run an experiment file with compare:", [this] { return descent::compare(request_); });
    add_experiment_options(command);
    add_output_options(command);
  }

  void add_folders() {
    CLI::App& resume = add("resume", "go on with a sweep or comparison that was interrupted",
                           [this] { return descent::resume(request_, find_run(file_)); });
    resume.add_option("RUN", file_, kRun)->required()->type_name("");
    resume.add_flag("--quiet", request_.quiet, "no progress on stderr");
    resume.add_flag("--json", request_.json, "the summary as JSON on stdout, and no progress");
    add("runs", "the run folders under runs/", [this] { return cli::runs(json_); }).add_flag("--json", json_, "as JSON");
    CLI::App& show = add("show", "what a run folder holds", [this] { return cli::show(file_, json_); });
    show.add_option("RUN", file_, kRun)->required()->type_name("");
    show.add_flag("--json", json_, "as JSON");
    CLI::App& diff = add("diff", "how two runs differ", [this] { return cli::diff(file_, second_, json_); });
    diff.add_option("RUN", file_, kRun)->required()->type_name("");
    diff.add_option("OTHER", second_, "the other one")->required()->type_name("");
    diff.add_flag("--json", json_, "as JSON");
  }

  void add_report() {
    CLI::App& command =
        add("report", "write the page of a run, a sweep or a comparison, or of several runs", [this] { return cli::report(runs_, file_); });
    command.add_option("RUN", runs_, kRun)->required()->type_name("");
    command.add_option("-o,--output", file_, "default: report.html, of one run in its folder")->type_name("FILE");
  }

  // What nobody knows comes first: the rest of the line may be its consequence.
  [[noreturn]] void fail_usage(const char* message) const {
    const auto chosen = app_.get_subcommands();
    std::vector<std::string> options = options_of(chosen.empty() ? app_ : *chosen[0]);
    if (!chosen.empty()) options.push_back("--color");
    for (std::string extra : app_.remaining(true)) {
      if (extra.size() > 1 && extra[0] == '-') {
        extra.resize(std::min(extra.size(), extra.find('=')));
        const bool known = std::find(options.begin(), options.end(), extra) != options.end();
        if (known) fail(ErrorKind::usage, "'{}' is no option behind '--'", extra);
        fail(ErrorKind::usage, "unknown option '{}'\n  help: {}", shown(extra), suggestion(extra, options));
      }
      if (chosen.empty()) fail(ErrorKind::usage, "unknown command '{}'\n  help: {}", shown(extra), suggestion(extra, commands_of(app_)));
      if (extra.find('=') != std::string::npos) fail(ErrorKind::usage, "'{0}' is not expected\n  help: --set {0}", shown(extra));
    }
    const std::string command = chosen.empty() ? "" : chosen[0]->get_name() + ' ';
    fail(ErrorKind::usage, "{}\n  help: {} {}--help", message, app_.get_name(), command);
  }

  CLI::App app_;
  std::function<int()> action_;
  RunRequest request_;
  bool resolved_ = false, json_ = false, markdown_ = false;
  std::string kind_, file_, format_, target_, folder_, dialect_, parameter_, second_, color_ = "auto";
  std::vector<std::string> optimizers_, runs_;
};

// A located message says `error:` itself, behind its place.
void report(std::string message, Color color) {
  const std::string error = "error:";
  if (message.find(": " + error) == std::string::npos) message.insert(0, error + ' ');
  if (use_color(color, STDERR_FILENO)) message.replace(message.find(error), error.size(), "\x1b[1;31m" + error + "\x1b[0m");
  std::fprintf(stderr, "%s\n", message.c_str());
}

// A file that is opened later must not become what the program prints to. /dev/null, opened so that printing fails, takes the place of a
// stream that the caller has closed.
void occupy_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void flush_stdout() {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return;
  pollfd output{STDOUT_FILENO, 0, 0};
  const bool reader_is_gone = ::poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;  // as of `descent list | head`
  if (!reader_is_gone) fail(ErrorKind::data, "stdout: cannot write");
}

std::string program_name(int argc, char** argv) {
  const std::string path = argc > 0 ? argv[0] : "descent";
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);  // training outlives whoever reads its output
  occupy_standard_streams();
  CommandLine line(program_name(argc, argv));
  try {
    for (const ComponentKind* kind : ComponentKind::all()) kind->check();
    const int code = line.run(argc, argv);
    flush_stdout();
    return code;
  } catch (const Error& error) {
    std::fflush(stdout);
    report(error.what(), line.color());
    return static_cast<int>(error.kind());
  } catch (const std::bad_alloc&) { report("out of memory", line.color()); } catch (const std::exception& error) {
    report(fmt::format("internal error: {}", error.what()), line.color());
  }
  return static_cast<int>(ErrorKind::internal);
}

}  // namespace descent
