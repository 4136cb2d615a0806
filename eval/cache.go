package eval

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"loyal/internal/readfile"
)

// Cache keeps answers on disk: what a killed run has computed, the next one finds.
//
// A cache is a directory of append-only files, of which each run writes its own, so
// that runs never wait for each other. A file is a sequence of records
//
//	key (32 bytes) · length of the value (uint32, little endian) · value · CRC-32 of all before
//
// and is read up to the first record that is not whole: what was being written when a
// process died. Values are functions of the model and the request, so two runs that
// compute the same write the same; which file is read first does not matter. A nil
// *Cache keeps nothing.
type Cache struct {
	dir string

	mu      sync.Mutex
	known   map[cacheKey][]byte
	pending bytes.Buffer
	file    *os.File
	written int // bytes of file
}

type cacheKey [sha256.Size]byte

const (
	cacheSuffix = ".answers"
	// maxCacheFile bounds one file of a cache; one of fullCacheFile bytes gets no more, but
	// another follows it. maxValue bounds one value.
	maxCacheFile  = 1 << 30
	fullCacheFile = 256 << 20
	maxValue      = 1 << 20
)

// OpenCache reads what a directory holds of earlier runs; it need not exist yet.
func OpenCache(dir string) (*Cache, error) {
	c := &Cache{dir: dir, known: make(map[cacheKey][]byte)}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), cacheSuffix) {
			continue
		}
		data, err := readfile.Regular(filepath.Join(dir, e.Name()), maxCacheFile)
		if err != nil {
			return nil, fmt.Errorf("open cache: %w", err)
		}
		readRecords(data, func(key cacheKey, value []byte) { c.known[key] = value })
	}
	return c, nil
}

// readRecords visits the whole records at the beginning of a file.
func readRecords(data []byte, visit func(cacheKey, []byte)) {
	const head = sha256.Size + 4
	for len(data) >= head+4 {
		n := binary.LittleEndian.Uint32(data[sha256.Size:])
		if n > maxValue || len(data) < head+int(n)+4 {
			return
		}
		end := head + int(n)
		if crc32.ChecksumIEEE(data[:end]) != binary.LittleEndian.Uint32(data[end:]) {
			return
		}
		visit(cacheKey(data[:sha256.Size]), data[head:end])
		data = data[end+4:]
	}
}

// Len is how many answers the cache holds.
func (c *Cache) Len() int {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.known)
}

func (c *Cache) get(key cacheKey) ([]byte, bool) {
	if c == nil {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	value, ok := c.known[key]
	return value, ok
}

// put keeps a value; flush writes it.
func (c *Cache) put(key cacheKey, value []byte) {
	if c == nil || key == (cacheKey{}) || len(value) > maxValue {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[key] = value
	var record bytes.Buffer
	record.Write(key[:])
	_ = binary.Write(&record, binary.LittleEndian, uint32(len(value))) // to memory
	record.Write(value)
	_ = binary.Write(&record, binary.LittleEndian, crc32.ChecksumIEEE(record.Bytes()))
	c.pending.Write(record.Bytes())
}

// flush hands what was put to the operating system, which keeps it when the process
// dies. A failing machine may lose the end of the file, which is then computed again.
func (c *Cache) flush() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending.Len() == 0 {
		return nil
	}
	if c.file != nil && c.written >= fullCacheFile {
		if err := c.file.Close(); err != nil {
			return fmt.Errorf("write cache: %w", err)
		}
		c.file, c.written = nil, 0
	}
	if c.file == nil {
		if err := c.create(); err != nil {
			return fmt.Errorf("write cache: %w", err)
		}
	}
	n, err := c.file.Write(c.pending.Bytes())
	c.written += n
	if err != nil {
		return fmt.Errorf("write cache: %w", err)
	}
	c.pending.Reset()
	return nil
}

func (c *Cache) create() error {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	var name [8]byte
	rand.Read(name[:])
	var err error
	c.file, err = os.OpenFile(filepath.Join(c.dir, hex.EncodeToString(name[:])+cacheSuffix), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	return err
}

// Close writes what is left.
func (c *Cache) Close() error {
	if c == nil {
		return nil
	}
	err := c.flush()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file != nil {
		err = errors.Join(err, c.file.Close())
		c.file = nil
	}
	return err
}

// cacheVersion begins every key, so that values of another form are never read.
const cacheVersion = "loyal eval v1"

// newKey names what is computed: its kind, texts that matter and lists of tokens, each
// with its length.
func newKey(kind string, texts []string, tokens ...[]int32) (key cacheKey) {
	h := sha256.New()
	word := func(n int) {
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], uint32(n))
		h.Write(b[:])
	}
	for _, text := range append([]string{cacheVersion, kind}, texts...) {
		word(len(text))
		h.Write([]byte(text))
	}
	for _, list := range tokens {
		word(len(list))
		for _, id := range list {
			word(int(id))
		}
	}
	return cacheKey(h.Sum(nil))
}

// key is the key of a request. Without a digest it tells requests apart, but not models.
func (s *scorer) key(r request) cacheKey {
	return newKey("logprobs", []string{s.subject.Digest, s.subject.Precision}, r.input, r.scored)
}

// cached looks an answer up.
func (s *scorer) cached(key cacheKey, tokens int) (answer, bool) {
	value, ok := s.cache.get(key)
	if !ok {
		return answer{}, false
	}
	return decodeAnswer(value, tokens)
}

// encode writes whether all tokens were the most probable ones, and their
// log-probabilities.
func (a answer) encode() []byte {
	out := make([]byte, 1, 1+4*len(a.logprobs))
	if a.greedy {
		out[0] = 1
	}
	for _, x := range a.logprobs {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
	}
	return out
}

// decodeAnswer reads the answer for so many tokens; another form counts as not there.
func decodeAnswer(value []byte, tokens int) (answer, bool) {
	if len(value) != 1+4*tokens || value[0] > 1 {
		return answer{}, false
	}
	a := answer{greedy: value[0] == 1, logprobs: make([]float32, tokens)}
	for i := range a.logprobs {
		a.logprobs[i] = math.Float32frombits(binary.LittleEndian.Uint32(value[1+4*i:]))
	}
	return a, true
}
