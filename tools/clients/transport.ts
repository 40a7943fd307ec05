/** What every call of the client goes through: `fetch`, with a deadline. */

export type Query = { [name: string]: unknown };
export type Headers = { [name: string]: string | null | undefined };

/** The shop refused: `status`, `code`, `detail` and further members of its answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly members: { [name: string]: unknown },
  ) {
    super(`${status} ${members["code"] ?? "unknown"}: ${members["detail"] ?? ""}`);
  }

  get code(): string {
    return String(this.members["code"] ?? "unknown");
  }
}

/** One shop and one caller; `token` and `headers` may be set at any time. */
export class Transport {
  constructor(
    readonly url: string,
    public token: string | null = null,
    public headers: { [name: string]: string } = {},
    readonly timeoutMs = 30_000,
  ) {}

  async call<Answer>(
    method: string,
    path: string,
    query: Query,
    headers: Headers,
    body: readonly [kind: string, content: unknown] | null,
  ): Promise<Answer> {
    const sent: { [name: string]: string } = { ...this.headers };
    for (const [name, value] of Object.entries(headers)) {
      if (value !== null && value !== undefined) sent[name] = value;
    }
    if (this.token !== null) sent["Authorization"] = `Bearer ${this.token}`;
    if (body !== null) sent["Content-Type"] = body[0];
    const response = await fetch(this.url + path + text(query), {
      method,
      headers: sent,
      body: body === null ? null : body[0].includes("json") ? JSON.stringify(body[1]) : String(body[1]),
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    const data = await response.text();
    const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
    const content: unknown = data === "" ? null : isJson ? JSON.parse(data) : data;
    if (!response.ok) {
      const members = typeof content === "object" && content !== null ? content : {};
      throw new Problem(response.status, members as { [name: string]: unknown });
    }
    return content as Answer;
  }
}

function text(query: Query): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) asked.append(name, String(one));
  }
  const written = asked.toString();
  return written === "" ? "" : `?${written}`;
}
