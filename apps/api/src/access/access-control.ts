import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  anyApiKey,
  closeSession,
  findApiKey,
  findSession,
  hashSecret,
  openSession,
  touchApiKey,
  type ApiKeyRecord,
  type SessionRecord,
  type Store,
} from '@segcast/store';
import type { RunLog } from '@segcast/runs';
import QuickLRU from 'quick-lru';
import type { Caller } from './caller.ts';
import type { FailureCounter } from './rate-limits.ts';
import { keyRefusal, sessionEnded } from './refusals.ts';

export interface AccessOptions {
  store: Store;
  /** Whether the service is open as long as there has been no key: only when bound to loopback. */
  mayBeOpen: boolean;
  /** How long a person stays signed in, at most. */
  sessionMs: number;
  failures: FailureCounter;
  log: RunLog;
}

/** A session just opened, with the token for its cookie. */
export interface SignedIn {
  token: string;
  caller: Caller;
  expiresAt: Date;
}

/** What one process remembers of keys, so that a revoked one is refused everywhere a second later. */
const REMEMBERED = { maxSize: 1000, maxAge: 1000 };

/** Who may come in: keys and sessions against the database. */
export class AccessControl {
  readonly #options: AccessOptions;
  readonly #keys = new QuickLRU<string, Promise<ApiKeyRecord | null>>(REMEMBERED);
  readonly #sessions = new QuickLRU<string, Promise<SessionRecord | null>>(REMEMBERED);
  readonly #emptiness = new QuickLRU<string, Promise<boolean>>(REMEMBERED);
  #hadKey = false;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Whether everybody who reaches the service may do everything. */
  async isOpen(): Promise<boolean> {
    if (this.#hadKey || !this.#options.mayBeOpen) return false;
    // Keys are never deleted, so that what was seen once holds for ever.
    this.#hadKey = await remember(this.#emptiness, '', () => anyApiKey(this.#options.store));
    return !this.#hadKey;
  }

  /**
   * The caller with this key.
   * @throws AppError `key_invalid` or `key_expired`; `rate_limited` after many of them from one address
   */
  async byKey(secret: string, address: string): Promise<Caller> {
    const key = await this.#findKey(secret);
    const refusal = keyRefusal(key);
    if (key !== null && refusal === null) return toCaller(key, 'key', key.expiresAt, null);
    await this.#options.failures.count(address);
    throw refusal!;
  }

  /** The caller with this session. @throws AppError `session_ended` */
  async bySession(token: string): Promise<Caller> {
    const hash = hashSecret(token);
    const session = await remember(this.#sessions, hash.toString('base64'), () =>
      this.#readSession(hash),
    );
    const over = session === null || session.expiresAt.getTime() <= Date.now();
    if (over || keyRefusal(session.key) !== null) throw sessionEnded();
    return toCaller(session.key, 'session', session.expiresAt, csrfTokenOf(token));
  }

  /** Opens a session, no longer than the key is good. @throws AppError as `byKey` */
  async signIn(secret: string, address: string): Promise<SignedIn> {
    const key = await this.byKey(secret, address);
    const end = Date.now() + this.#options.sessionMs;
    const expiresAt = new Date(Math.min(end, key.expiresAt?.getTime() ?? Infinity));
    const { token } = await openSession(this.#options.store, key.keyId, expiresAt);
    const caller: Caller = { ...key, via: 'session', expiresAt, csrfToken: csrfTokenOf(token) };
    return { token, caller, expiresAt };
  }

  async signOut(token: string): Promise<void> {
    await closeSession(this.#options.store, hashSecret(token));
    this.forget();
  }

  /** Lets a change of keys or sessions count at once here. */
  forget(): void {
    this.#keys.clear();
    this.#sessions.clear();
    this.#emptiness.clear();
  }

  async #findKey(secret: string): Promise<ApiKeyRecord | null> {
    const hash = hashSecret(secret);
    const key = await remember(this.#keys, hash.toString('base64'), () => this.#readKey(hash));
    // The index compares byte by byte, but of hashes, which tell nothing of the secret that is
    // near; this comparison takes the same time for all.
    return key !== null && timingSafeEqual(key.hash, hash) ? key : null;
  }

  async #readKey(hash: Buffer): Promise<ApiKeyRecord | null> {
    const key = await findApiKey(this.#options.store, hash);
    this.#noteUse(key);
    return key;
  }

  async #readSession(hash: Buffer): Promise<SessionRecord | null> {
    const session = await findSession(this.#options.store, hash);
    this.#noteUse(session?.key ?? null);
    return session;
  }

  /** Nobody waits for it, and a request does not fail for want of it. */
  #noteUse(key: ApiKeyRecord | null): void {
    if (key === null || keyRefusal(key) !== null) return;
    touchApiKey(this.#options.store, key.id).catch((error: unknown) => {
      this.#options.log.debug({ err: error }, `the use of key ${key.id} was not noted`);
    });
  }
}

function toCaller(
  { id, name, role }: ApiKeyRecord,
  via: Caller['via'],
  expiresAt: Date | null,
  csrfToken: string | null,
): Caller {
  return { keyId: id, name, role, via, expiresAt, csrfToken };
}

/** Only who has the token can make it, so that a cookie that others planted proves nothing. */
function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('csrf').digest('base64url');
}

/** The answer of a moment ago, or of a question that is under way; a failed one is not kept. */
function remember<T>(
  answers: QuickLRU<string, Promise<T>>,
  question: string,
  ask: () => Promise<T>,
): Promise<T> {
  const known = answers.get(question);
  if (known !== undefined) return known;
  const answer = ask();
  answers.set(question, answer);
  answer.catch(() => answers.delete(question));
  return answer;
}
