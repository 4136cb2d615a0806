package embed

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"loyal/lm"
	"loyal/model"
)

// methods lists what can train.
var methods = []string{LoRA, Layers, Full, Expand}

// validateTrained checks what trains against a model of the given number of blocks.
func (c Config) validateTrained(layers int) error {
	if !slices.Contains(methods, c.Method) {
		return fmt.Errorf("method %q is none of %s", c.Method, strings.Join(methods, ", "))
	}
	if n := c.TrainLayers; n < 0 || n > layers && len(c.LayersToTransform) == 0 {
		return fmt.Errorf("train_layers is %d, the model has %d", c.TrainLayers, layers)
	}
	seen := map[int]bool{}
	for _, i := range c.LayersToTransform {
		if i < 0 || i >= layers || seen[i] {
			return fmt.Errorf("layers_to_transform: %d is not one of the layers 0 to %d, or occurs twice", i, layers-1)
		}
		seen[i] = true
	}
	for _, m := range c.TargetModules {
		if !slices.Contains(lm.Modules, m) {
			return fmt.Errorf("target_modules: %q is none of %s", m, strings.Join(lm.Modules, ", "))
		}
	}
	lora, expand := c.Method == LoRA, c.Method == Expand
	switch {
	case !lora && (c.R != 0 || c.LoraAlpha != 0):
		return fmt.Errorf("r and lora_alpha want method lora")
	case !lora && !expand && (c.Align || c.Whiten != 0):
		return fmt.Errorf("whiten and align want method lora or expand")
	case !lora && c.Method != Layers && len(c.TargetModules) > 0:
		return fmt.Errorf("target_modules want method lora or layers")
	case c.Method == Full && len(c.LayersToTransform) > 0:
		return fmt.Errorf("method full trains all layers: layers_to_transform want another")
	case lora && (c.R == 0 || c.LoraAlpha == 0 || len(c.TargetModules) == 0):
		return fmt.Errorf("lora wants r, lora_alpha and target_modules")
	case expand != (c.ExpandShare > 0):
		return fmt.Errorf("method expand, and no other, wants a positive expand_share")
	}
	return nil
}

// layers are the blocks that train, of so many.
func (c Config) layers(blocks int) []int {
	if len(c.LayersToTransform) > 0 {
		return slices.Sorted(slices.Values(c.LayersToTransform))
	}
	first := 0
	if c.Method != Full && c.TrainLayers > 0 {
		first = blocks - c.TrainLayers
	}
	var out []int
	for i := first; i < blocks; i++ {
		out = append(out, i)
	}
	return out
}

// neuronGroup is what numbers of neurons are multiples of, where the model's own is: the
// formats of quantized weights take rows apart in blocks of so many.
const neuronGroup = 32

// neurons is how many neurons each block gets: those that come nearest to the wanted
// growth, in whole groups.
func (c Config) neurons(net model.Config) int {
	s := sizesOf(net, c)
	group := 1.
	if net.IntermediateSize%neuronGroup == 0 {
		group = neuronGroup
	}
	growth := 3 * float64(net.HiddenSize*net.NumLayers) // of a neuron more
	return int(group * max(1, math.Round(c.ExpandShare*s.weights()/growth/group)))
}

// trainOptions are the engine's.
func (c Config) trainOptions(net model.Config) lm.TrainOptions {
	o := lm.TrainOptions{Layers: c.layers(net.NumLayers), Embeddings: c.Method == Full}
	switch {
	case c.Method == LoRA:
		o.LoRA = &lm.LoRA{R: c.R, Alpha: c.LoraAlpha, TargetModules: c.TargetModules, Seed: c.Seed}
	case c.Method == Expand:
		o.Expand = &lm.Expand{Neurons: c.neurons(net), Seed: c.Seed}
	case len(c.TargetModules) > 0:
		o.TargetModules = c.TargetModules
	}
	return o
}
