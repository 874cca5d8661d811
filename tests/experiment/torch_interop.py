"""PyTorch's half of torch_interop_test.cpp.

python3 torch_interop.py run MODEL WEIGHTS INPUTS OUTPUTS     loads weights into a torch.nn.Sequential and applies it in eval mode
python3 torch_interop.py make MODEL DTYPE WEIGHTS INPUTS OUTPUTS [COUNTER]    the same with weights of its own, stored as DTYPE

MODEL is an expression in torch.nn's names; the files are safetensors, read and written here in a few lines.
"""
import json
import struct
import sys

import torch

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def load(path):
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(bytearray(data[begin:end]), dtype=DTYPES[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def save(path, tensors):
    header, values = {}, b""
    for name, tensor in tensors.items():
        data = tensor.contiguous().flatten()
        data = bytes(data.view(torch.int16).numpy().data if data.dtype == torch.bfloat16 else data.numpy().data)
        header[name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(values), len(values) + len(data)],
        }
        values += data
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + values)


def build(expression):
    return eval(expression, vars(torch.nn))


def apply(model, inputs, outputs):
    x = load(inputs)["x"]
    with torch.no_grad():
        save(outputs, {"y": model.to(x.dtype).eval()(x)})


def run(expression, weights, inputs, outputs):
    model = build(expression)
    tensors = load(weights)
    model.to(next(iter(tensors.values())).dtype).load_state_dict(tensors)
    apply(model, inputs, outputs)


def make(expression, dtype, weights, inputs, outputs, counter=None):
    torch.manual_seed(1)
    model = build(expression).to(torch.float64)
    for _ in range(3):  # moves the running averages
        model(torch.randn(8, load(inputs)["x"].shape[1], dtype=torch.float64))
    state = {k: v if v.dtype == torch.int64 else v.to(DTYPES[dtype]) for k, v in model.state_dict().items()}
    save(weights, {k: v for k, v in state.items() if counter or not k.endswith("num_batches_tracked")})
    model.load_state_dict(state)
    apply(model, inputs, outputs)


{"run": run, "make": make}[sys.argv[1]](*sys.argv[2:])
