// Which messages of a conversation were seen, and how many were not.

export class Unread {
  #seen = new Map();

  /** All of these are seen now. */
  saw(key, messages) {
    this.#seen.set(key, new Set(messages.map(({ id }) => id)));
  }

  /** How many of others' messages were not; `me` needs not read their own. */
  count(key, messages, me) {
    const seen = this.#seen.get(key) ?? new Set();
    const news = messages.filter(({ id, service, sender_id: sender }) => !service && sender !== me && !seen.has(id));
    return news.length;
  }
}
