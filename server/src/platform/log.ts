import { pino } from 'pino';

/** Fields of a log line: snake_case names, never a secret, an address only as `maskAddress` shows it. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Writes one line per event: an event name in plain words, plus fields. An error goes into `err`.
 *
 * Folders that only report take the part of it that they use.
 */
export interface Log {
  debug(fields: LogFields, event: string): void;
  info(fields: LogFields, event: string): void;
  warn(fields: LogFields, event: string): void;
  error(fields: LogFields, event: string): void;
  /** A log whose every line carries `fields`. */
  child(fields: LogFields): Log;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where lines go: standard output, or standard error when a command's own answer is on the former. */
export interface LogSink {
  write(line: string): unknown;
}

/**
 * The process's log.
 *
 * @param pretty short lines for a person at a terminal, else JSON lines
 */
export function createLog({
  level,
  sink,
  pretty = false,
}: {
  level: LogLevel;
  sink: LogSink;
  pretty?: boolean;
}): Log {
  const stream = {
    write(line: string) {
      sink.write(pretty ? `${prettyLine(line)}\n` : line);
    },
  };
  return pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFields },
    },
    stream,
  );
}

/** A log that writes nothing, for tests and commands that print only their answer. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};

/** `ada@example.com` as `a***@example.com`: enough to recognise, too little to write to. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? '***' : `${address.slice(0, 1)}***${address.slice(at)}`;
}

/** How many causes of causes a line tells. */
const CAUSES_MAX = 4;
/** How many of the errors that failed together a line tells. */
const ERRORS_MAX = 5;

/**
 * What is written of an error: never `detail`, `where` or parameters, in which a database repeats
 * people's data.
 */
function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = fieldOf(error, 'code');
  const constraint = fieldOf(error, 'constraint_name');
  return {
    type: name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    stack,
    ...(error instanceof AggregateError && depth < CAUSES_MAX
      ? { errors: error.errors.slice(0, ERRORS_MAX).map((one) => errorFields(one, depth + 1)) }
      : {}),
    ...(cause === undefined || depth >= CAUSES_MAX ? {} : { cause: errorFields(cause, depth + 1) }),
  };
}

function fieldOf(error: Error, name: string): string | number | undefined {
  const value = (error as unknown as Record<string, unknown>)[name];
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

const COLORS: Readonly<Record<string, string>> = {
  debug: '\u001b[2m',
  info: '\u001b[36m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
};
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';

/** `12:00:01 info  listening  port=4400`: one line, an error's stack below it. */
function prettyLine(line: string): string {
  const { level, time, event, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const name = String(level);
  const clock = String(time).slice('2026-01-01T'.length, '2026-01-01T00:00:00'.length);
  const rest = Object.entries(fields).map(
    ([key, value]) => `${DIM}${key}=${PLAIN}${textOf(value)}`,
  );
  const head = `${DIM}${clock}${PLAIN} ${COLORS[name] ?? ''}${name.padEnd(5)}${PLAIN} ${String(event)}`;
  return [[head, ...rest].join('  '), ...errorLines(err)].join('\n');
}

const textOf = (value: unknown): string =>
  typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);

function errorLines(err: unknown): string[] {
  if (typeof err !== 'object' || err === null) return [];
  const { stack, message, cause, errors } = err as Record<string, unknown>;
  const own = String(stack ?? message)
    .split('\n')
    .map((text) => `    ${text}`);
  const others = [
    ...(Array.isArray(errors) ? (errors as unknown[]) : []),
    ...(cause === undefined ? [] : [cause]),
  ];
  return [...own, ...others.flatMap((other) => errorLines(other))];
}
