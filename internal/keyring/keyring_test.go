package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"

	"loyal/internal/env"
)

// roundTrip seals to recipients and opens with identities.
func roundTrip(t *testing.T, rs []age.Recipient, ids []age.Identity) {
	t.Helper()
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, rs...)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "content")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(&sealed, ids...)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "content" {
		t.Fatalf("opened %q, %v", got, err)
	}
}

func TestCreatedOnFirstUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loyal", "identity.txt")
	if _, err := Load(path); !errors.Is(err, ErrNoIdentity) {
		t.Fatalf("load before creation: %v", err)
	}
	k, created, err := LoadOrCreate(path)
	if err != nil || !created {
		t.Fatalf("create: %t, %v", created, err)
	}
	again, created, err := LoadOrCreate(path)
	if err != nil || created {
		t.Fatalf("load: %t, %v", created, err)
	}
	if k.String() != again.String() {
		t.Errorf("keys differ: %s, %s", k, again)
	}
	roundTrip(t, k.Recipients(), again.Identities())
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
	}
}

func TestCreatedOnceByMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity.txt")
	var wg sync.WaitGroup
	keys := make([]string, 8)
	for i := range keys {
		wg.Go(func() {
			k, _, err := LoadOrCreate(path)
			if err != nil {
				t.Error(err)
				return
			}
			keys[i] = k.String()
		})
	}
	wg.Wait()
	for _, k := range keys {
		if k != keys[0] {
			t.Errorf("%s and %s", k, keys[0])
		}
	}
}

func TestLoosePermissionsAreRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	path := filepath.Join(t.TempDir(), "identity.txt")
	if _, _, err := LoadOrCreate(path); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); !errors.Is(err, ErrLoosePermissions) {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestBadFilesNameNoSecret(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	damaged := id.String()[:len(id.String())-4] + "QQQQ"
	for name, content := range map[string]string{
		"empty":   "",
		"damaged": damaged + "\n",
		"prose":   "hello\n",
		"huge":    strings.Repeat("#\n", maxFile),
	} {
		path := filepath.Join(t.TempDir(), "identity.txt")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if strings.Contains(err.Error(), "AGE-SECRET") {
			t.Errorf("%s: the error repeats the secret", name)
		}
	}
	if _, err := ParseRecipients([]string{id.String()}); err == nil {
		t.Error("secret key taken as recipient")
	} else if strings.Contains(err.Error(), id.String()) {
		t.Error("the error repeats the secret")
	}
}

func TestNothingPrintsTheSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity.txt")
	k, _, err := LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("loaded", "keyring", k)
	out := log.String() + fmt.Sprintf("%v %+v %#v %s %q", k, k, k, k, k)
	if strings.Contains(out, "SECRET") {
		t.Errorf("secret in %s", out)
	}
	if !strings.Contains(out, k.PublicKeys()[0]) {
		t.Errorf("no public key in %s", out)
	}
}

func TestRecipients(t *testing.T) {
	dir := t.TempDir()
	a, _, err := LoadOrCreate(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := LoadOrCreate(filepath.Join(dir, "b"))
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "list")
	if err := os.WriteFile(list, []byte("# friends\n\n"+b.String()+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	rs, err := ParseRecipients([]string{a.String(), list})
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, rs, a.Identities())
	roundTrip(t, rs, b.Identities())
	for _, bad := range []string{"age1nonsense", filepath.Join(dir, "missing")} {
		if _, err := ParseRecipients([]string{bad}); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func TestPassphrase(t *testing.T) {
	if _, _, err := Passphrase(""); !errors.Is(err, ErrEmptyPassphrase) {
		t.Errorf("empty: %v", err)
	}
	if testing.Short() {
		t.Skip("scrypt takes a second")
	}
	r, id, err := Passphrase("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, []age.Recipient{r}, []age.Identity{id})
}

func TestPath(t *testing.T) {
	t.Setenv(env.Identity.Name, "/elsewhere/key")
	if got, err := Path(); err != nil || got != "/elsewhere/key" {
		t.Errorf("%q, %v", got, err)
	}
	t.Setenv(env.Identity.Name, "")
	if got, err := Path(); err != nil || filepath.Base(got) != "identity.txt" {
		t.Errorf("%q, %v", got, err)
	}
}
