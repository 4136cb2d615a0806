// Buys a license over JSON-RPC with viem and reads it back. Takes a JSON object on standard
// input (url, chainId, licenses, model, offer, price, key; abi is a file's path) and prints one.
import { readFileSync } from 'node:fs';
import { createPublicClient, createWalletClient, defineChain, http, parseEventLogs } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

const o = JSON.parse(readFileSync(0, 'utf8'));
const abi = JSON.parse(readFileSync(o.abi, 'utf8'));
const chain = defineChain({ id: o.chainId, name: 'devchain', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [o.url] } } });
const account = privateKeyToAccount(o.key);
const reader = createPublicClient({ chain, transport: http() });
const wallet = createWalletClient({ account, chain, transport: http() });
const contract = { address: o.licenses, abi };

const hash = await wallet.writeContract({ ...contract, functionName: 'buy', args: [o.offer, 1], value: BigInt(o.price) });
const receipt = await reader.waitForTransactionReceipt({ hash, pollingInterval: 20 });
const [bought] = parseEventLogs({ abi, logs: receipt.logs, eventName: 'Licensed' });
const block = await reader.getBlock();
const [status, license] = await reader.readContract({ ...contract, functionName: 'statusOf', args: [o.model, account.address, 1, Number(block.timestamp)] });
const owner = await reader.readContract({ ...contract, functionName: 'ownerOf', args: [license] });
const uri = await reader.readContract({ ...contract, functionName: 'tokenURI', args: [license] });
const metadata = JSON.parse(Buffer.from(uri.split(',')[1], 'base64').toString());

let refusal = '';
try {
  await wallet.writeContract({ ...contract, functionName: 'buy', args: [o.offer, 1], value: 1n });
} catch (e) {
  refusal = e.walk((x) => x.data?.errorName)?.data?.errorName ?? String(e);
}
console.log(JSON.stringify({
  license: bought.args.license.toString(), same: license === bought.args.license, status, owner, refusal,
  gas: Number(receipt.gasUsed), name: metadata.name, image: metadata.image,
}));
