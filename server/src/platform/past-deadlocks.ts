import { refusalOf } from './db.ts';

/** SQLSTATE of a transaction that PostgreSQL ended so that another could go on. */
const DEADLOCK = '40P01';
/** Each try waits behind what the one before it collided with. */
const TRIES_MAX = 10;

/**
 * Does a transaction again that met another one head-on: it has changed nothing. For transactions that
 * lock what several of them share in an order that depends on what they find.
 *
 * @param work the whole transaction, and nothing that must not happen twice
 */
export async function pastDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= TRIES_MAX || refusalOf(error)?.sqlState !== DEADLOCK) throw error;
    }
  }
}
