// Package contracts has the smart contracts of licenses as Go: their bytecode and typed
// calls, made from the Solidity in src/ (docs/design/licenses.md says why it is as it is).
//
// What is generated is committed, so that nothing but Go is needed to use it. To make it
// again takes Node: go generate installs the compiler that package.json pins.
package contracts

//go:generate npm ci --silent
//go:generate node compile.js
//go:generate go tool abigen --v2 --abi out/Licenses.abi --bin out/Licenses.bin --type Licenses --pkg contracts --out licenses.go
//go:generate go tool abigen --v2 --abi out/ModelRegistry.abi --bin out/ModelRegistry.bin --type ModelRegistry --pkg contracts --out registry.go
