"""ONNX nodes, written one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper
from onnx.compose import add_prefix

OPSETS = {"": 18, "ai.onnx.ml": 3}
IR_VERSION = 10


@dataclass(frozen=True)
class Graph:
    """Nodes and constants so far. A value is a name; numbers are float64, so that they add up as in the original."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def add(self, operator: str, *values: str, domain: str = "", **attributes: Any) -> str:
        """Add a node of one output; returns that."""
        name = f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, values, [name], domain=domain, **attributes))
        return name

    def constant(self, values: Any, kind: type = np.float64) -> str:
        """Add an array; returns its name."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype=kind), name))
        return name

    def columns(self, value: str, places: Sequence[int]) -> str:
        """The columns at these places."""
        return self.add("Gather", value, self.constant(places, np.int64), axis=1)

    def cast(self, value: str, to: int = TensorProto.DOUBLE) -> str:
        """The value as another type."""
        return self.add("Cast", value, to=to)

    def include(self, model: ModelProto, output: str) -> str:
        """All nodes of another model that takes the same `features`; returns the output."""
        prefix = f"part_{len(self.nodes)}_"
        graph = add_prefix(model, prefix, rename_inputs=False).graph
        self.nodes.extend(graph.node)
        self.constants.extend(graph.initializer)
        return f"{prefix}{output}"

    def model(self, probabilities: str, width: int) -> ModelProto:
        """The model from `features` to the value [N, 2], which becomes `probabilities`."""
        named = helper.make_node("Cast", [probabilities], ["probabilities"], to=TensorProto.FLOAT)
        graph = helper.make_graph(
            [*self.nodes, named],
            "churn",
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, width])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
            self.constants,
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        checker.check_model(model)
        return model
