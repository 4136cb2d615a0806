package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"loyal/inference"
	"loyal/internal/oracle"
	"loyal/lm/cpu"
	"loyal/model"
)

// opened is a model that is ready to compute.
type opened struct {
	*model.Model
	net     *cpu.Network
	prompts *oracle.Prompts
}

// open opens a model of the run.
func (r *run) open(name string) error {
	m, err := model.Open(r.path(name))
	if err != nil {
		return err
	}
	o := &opened{Model: m}
	if o.prompts, err = oracle.NewPrompts(m); err == nil {
		o.net, err = cpu.New(m, cpu.Options{})
	}
	if err != nil {
		return errors.Join(err, m.Close())
	}
	r.models[name] = o
	return nil
}

func (o *opened) close() error { return errors.Join(o.net.Close(), o.Model.Close()) }

// grace is how long answers under way may take when a server ends.
const grace = 5 * time.Second

// serve puts a model behind an OpenAI-compatible endpoint on loopback, as `loyal
// serve` does, at whatever port is free. stop ends the server.
func (o *opened) serve(ctx context.Context, name string) (url string, stop func() error, err error) {
	m, err := inference.FromModel(name, o.Model, o.net)
	if err != nil {
		return "", nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := inference.NewServer(m, inference.Options{})
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener, grace) }()
	return fmt.Sprintf("http://%s/v1", listener.Addr()), func() error {
		cancel()
		err := <-ended
		server.Close()
		return err
	}, nil
}
