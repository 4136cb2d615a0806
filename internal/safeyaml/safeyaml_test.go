package safeyaml

import (
	"errors"
	"testing"
)

func TestUnmarshal(t *testing.T) {
	var list []string
	if err := Unmarshal([]byte("!00 0"), &list); !errors.Is(err, ErrMalformed) {
		t.Errorf("a tag without a value: %v, want ErrMalformed", err)
	}
	if err := Unmarshal([]byte("- a\n- b\n"), &list); err != nil || len(list) != 2 {
		t.Errorf("a list: %v, %v", list, err)
	}
}
