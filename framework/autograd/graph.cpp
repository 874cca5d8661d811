#include <cstring>
#include <set>
#include <vector>

#include "descent/autograd/kernels.h"
#include "descent/autograd/node.h"

// The life of nodes: making, the backward walk, destruction. Nothing here recurses or allocates a list: one link in each node threads them.
namespace descent {
namespace {

thread_local bool recording = true;

void release_inputs(Node& node, Node*& dead) {
  for (std::uint32_t i = 0; i < node.input_count; ++i) {
    Node* x = node.inputs[i];
    if (--x->references == 0) {
      x->link = dead;
      dead = x;
    }
  }
  if (node.inputs != node.inline_inputs) pool_release(node.inputs, node.input_count * sizeof(Node*));
  node.inputs = node.inline_inputs;
  node.input_count = 0;
}

void destroy_all(Node* dead) noexcept {
  while (dead) {
    Node* node = std::exchange(dead, dead->link);
    release_inputs(*node, dead);
    node->~Node();
    pool_release(node, sizeof(Node));
  }
}

// Whether the walk goes through this node.
bool inner(const Node& node) { return node.requires_grad && node.op; }

// Counts for each inner node below `root` how many gradients it will receive.
void count_consumers(Node* root) {
  root->link = nullptr;
  for (Node* stack = root; stack;) {
    Node* node = std::exchange(stack, stack->link);
    for (std::uint32_t i = 0; i < node->input_count; ++i) {
      Node* x = node->inputs[i];
      if (!inner(*x) || x->pending++ > 0) continue;
      x->link = stack;
      stack = x;
    }
  }
}

// Runs each node's backward once all of its own gradient has arrived, and frees that gradient.
void propagate(Node* root) {
  root->link = nullptr;
  for (Node* ready = root; ready;) {
    Node* node = std::exchange(ready, ready->link);
    try {
      if (node->grad_valid) node->op->backward[node->dtype == DType::float64](*node);
    } catch (const std::runtime_error&) { rethrow(*node->op); }
    node->grad_valid = false;
    node->grad = Buffer();
    for (std::uint32_t i = 0; i < node->input_count; ++i) {
      Node* x = node->inputs[i];
      if (!inner(*x) || --x->pending > 0) continue;
      x->link = ready;
      ready = x;
    }
  }
}

// The number of elements; their bytes can be counted.
std::int64_t addressable_size(const Shape& shape) {
  constexpr std::int64_t kMost = std::int64_t{1} << 46;
  std::int64_t size = 1;
  bool fits = true;
  for (const std::int64_t n : shape) fits = !__builtin_mul_overflow(size, n, &size) && size <= kMost && fits;
  if (!fits) fail_argument("a tensor of shape {} has more elements than can be addressed", to_string(shape));
  return size;
}

// After an exception: no trace of the walk is left in the graph below `root`.
void forget_walk(Node* root) {
  std::set<Node*> seen{root};
  for (std::vector<Node*> stack{root}; !stack.empty();) {
    Node* node = stack.back();
    stack.pop_back();
    node->pending = 0;
    node->grad_valid = false;
    for (std::uint32_t i = 0; i < node->input_count; ++i) {
      if (inner(*node->inputs[i]) && seen.insert(node->inputs[i]).second) stack.push_back(node->inputs[i]);
    }
  }
}

}  // namespace

Node* make_node(const Shape& shape, DType dtype, const Op* op, const Inputs& inputs, Buffer values) {
  const std::int64_t size = addressable_size(shape);
  if (!values) values = Buffer(static_cast<std::size_t>(shape.size()) * bytes_of(dtype));  // first: it may fail
  Node* node = new (pool_allocate(sizeof(Node))) Node;
  node->shape = shape;
  node->size = size;
  node->dtype = dtype;
  node->op = op;
  node->value = std::move(values);
  if (inputs.count > Node::kInline) node->inputs = static_cast<Node**>(pool_allocate(inputs.count * sizeof(Node*)));
  bool needed = false;
  for (std::size_t i = 0; i < inputs.count; ++i) {
    Node* x = inputs.begin[i].node();
    ++x->references;
    node->inputs[i] = x;
    needed |= x->requires_grad;
  }
  node->input_count = static_cast<std::uint32_t>(inputs.count);
  node->requires_grad = needed && recording;
  return node;
}

void finish_node(Node& node) {
  if (node.requires_grad) return;
  node.op = nullptr;
  node.saved = node.attributes_ = Buffer();
  Node* dead = nullptr;
  release_inputs(node, dead);
  destroy_all(dead);
}

void destroy(Node* node) noexcept {
  node->link = nullptr;
  destroy_all(node);
}

void rethrow(const Op& op) {
  try {
    throw;
  } catch (const Error&) { throw; } catch (const std::exception& error) {
    fail_argument("{}: {}", op.name, error.what());
  }
}

void* Node::ensure_grad() {
  if (!grad) grad = Buffer(static_cast<std::size_t>(size) * bytes_of(dtype));
  return grad.as<void>();
}

void Node::zero_grad() {
  std::memset(ensure_grad(), 0, static_cast<std::size_t>(size) * bytes_of(dtype));
  grad_valid = true;
}

bool grad_enabled() { return recording; }
NoGrad::NoGrad() : before_(std::exchange(recording, false)) {}
NoGrad::~NoGrad() { recording = before_; }

void Tensor::backward() const {
  if (!node_) fail_argument("backward: the tensor is undefined");
  if (node_->size != 1) fail_argument("backward: expected one element or a seed, got {}", to_string(node_->shape));
  backward(full(node_->shape, 1, node_->dtype));
}

void Tensor::backward(const Tensor& seed) const {
  if (!node_ || !node_->requires_grad) fail_argument("backward: the tensor does not depend on any that requires a gradient");
  if (seed.shape() != node_->shape || seed.dtype() != node_->dtype) {
    fail_argument("backward: expected a seed {} of {}, got {} of {}", to_string(node_->shape), name(node_->dtype), to_string(seed.shape()),
                  name(seed.dtype()));
  }
  dispatch(node_->dtype, [&](auto zero) {
    using T = decltype(zero);
    T* grad = static_cast<T*>(node_->ensure_grad());
    if (node_->grad_valid) {
      add_to(node_->size, grad, seed.data<T>());
    } else {
      std::memcpy(grad, seed.data<T>(), static_cast<std::size_t>(node_->size) * sizeof(T));
    }
  });
  node_->grad_valid = true;
  if (!node_->op) return;
  count_consumers(node_);
  try {
    propagate(node_);
  } catch (...) {
    forget_walk(node_);
    throw;
  }
}

}  // namespace descent
