#include "descent/cli/main.h"

int main(int argc, char** argv) { return descent::main(argc, argv); }
