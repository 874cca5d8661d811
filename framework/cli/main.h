#pragma once

namespace descent {

// The program: a user's own is `int main(int argc, char** argv) { return descent::main(argc, argv); }` plus its registrations.
// Returns the exit code, and throws nothing.
int main(int argc, char** argv);

}  // namespace descent
