import { PinwireError } from "../../errors.ts";

/** The reason phrases of the statuses that we give (RFC 9110, section 15). */
export const REASONS: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  421: "Misdirected Request",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/** Header fields, in the order in which they are written. */
export type FieldList = readonly (readonly [name: string, value: string])[];

/** What is wrong with a request, or with an answer. */
export class HttpError extends PinwireError {
  /** `HttpError`. */
  override name = "HttpError";
  /** What a server answers to such a request, such as 400. */
  readonly status: number;
  /** Header fields that belong to the answer. */
  readonly fields: FieldList;

  /** Whether it was HTTP at all that came. */
  readonly isHttp: boolean;

  /** See the fields; `message` is a clause of its own. */
  constructor(
    status: number,
    message: string,
    { hint, fields = [], isHttp = true }: {
      hint?: string;
      fields?: FieldList;
      isHttp?: boolean;
    } = {},
  ) {
    super("bad_http", message, { hint });
    this.status = status;
    this.fields = fields;
    this.isHttp = isHttp;
  }
}
