import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { createRequire } from 'node:module';
import { once } from 'node:events';

/** An IMAP server in a process of its own, on loopback; user `testuser`, password `testpass`. */
export interface ImapServer {
  readonly port: number;
  /** Puts a mail into a mailbox, as its delivery agent would. */
  readonly append: (raw: Buffer, mailbox?: string) => Promise<void>;
  /** Number of mails in a mailbox, and of those not marked as seen. */
  readonly count: (mailbox?: string) => Promise<{ all: number; unseen: number }>;
  readonly close: () => void;
}

const PROGRAM = `
const hoodiecrow = require(process.argv[1]);
const folders = { Done: {} };
const server = hoodiecrow({
  plugins: ['ID', 'STARTTLS', 'UIDPLUS', 'MOVE', 'LITERALPLUS', 'UNSELECT'],
  storage: {
    INBOX: { uidvalidity: Number(process.argv[2]), uidnext: Number(process.argv[3]) },
    '': { separator: '/', folders },
  },
});
server.listen(0, '127.0.0.1', () => console.log(server.server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
`;

const require = createRequire(import.meta.url);
const MODULE = require.resolve('hoodiecrow-imap');
const ANSWER_MS = 10_000;

/**
 * @param uidValidity of INBOX: another one makes its UIDs mean other mails
 * @param uidNext the UID of the first mail in INBOX
 */
export async function imapServer({ uidValidity = 1, uidNext = 1 } = {}): Promise<ImapServer> {
  const child = spawn(
    process.execPath,
    ['-e', PROGRAM, MODULE, String(uidValidity), String(uidNext)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(String(line));
  const say = (commands: readonly (string | Buffer)[]): Promise<string> => converse(port, commands);
  return {
    port,
    append: async (raw, mailbox = 'INBOX') => {
      await say([`a APPEND ${mailbox} {${raw.length}+}\r\n`, raw, '\r\n']);
    },
    count: async (mailbox = 'INBOX') => {
      const text = await say([`a STATUS ${mailbox} (MESSAGES UNSEEN)\r\n`]);
      const numberOf = (name: string): number =>
        Number(new RegExp(`${name} (\\d+)`).exec(text)?.[1]);
      return { all: numberOf('MESSAGES'), unseen: numberOf('UNSEEN') };
    },
    close: () => void child.kill(),
  };
}

/** Signs in, says the commands, and gives all that came back. */
async function converse(port: number, commands: readonly (string | Buffer)[]): Promise<string> {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('the IMAP server is silent')));
  let heard = '';
  socket.on('data', (chunk) => (heard += String(chunk)));
  const until = async (sign: string): Promise<void> => {
    while (!heard.includes(sign)) await once(socket, 'data');
  };
  await until('* OK');
  socket.write('l LOGIN testuser testpass\r\n');
  await until('l OK');
  for (const command of commands) socket.write(command);
  await until('a OK');
  socket.destroy();
  return heard;
}
