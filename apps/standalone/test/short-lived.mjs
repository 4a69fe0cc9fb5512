// Stands for an application that runs for a while (milliseconds in LIVES, one for each start in turn, kept in the file
// COUNT), and then dies as a program without memory would.
import { appendFileSync, readFileSync } from 'node:fs';

appendFileSync(process.env.COUNT, `${process.pid}\n`);
const starts = readFileSync(process.env.COUNT, 'utf8').trim().split('\n').length;
const lives = process.env.LIVES.split(',').map(Number);
process.on('disconnect', () => process.exit(1));
process.send('ready');
setTimeout(() => process.kill(process.pid, 'SIGKILL'), lives[starts - 1] ?? 0);
