#pragma once

// All that a program of one's own needs: layers, models, losses, optimizers, data sets and the command line. For an operation written as
// xtensor expressions include descent/autograd/xtensor.h instead, in the one file that has it.
#include "descent/autograd/ops.h"
#include "descent/cli/main.h"
#include "descent/data/dataset.h"
#include "descent/nn/activations.h"
#include "descent/nn/layers.h"
#include "descent/nn/losses.h"
#include "descent/optim/clip.h"
#include "descent/optim/plateau.h"
#include "descent/optim/rule.h"
#include "descent/optim/schedule.h"
