// Standard JSON in, standard JSON out.
'use strict';
const input = require('fs').readFileSync(0, 'utf8');
process.stdout.write(require('solc').compile(input));
