// Command loyal proves that a model behind someone else's API is yours.
package main

import (
	"os"

	"loyal/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:]))
}
