/** A request that whoever has it may send, as it is, until it ends: no token is asked for. */
export interface SignedRequest {
  readonly method: 'GET' | 'PUT';
  /** From the gateway's root on, or whole where it leads to the store itself. */
  readonly url: string;
  /** To be sent with it; `content-length` too, which every client sends by itself. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An object that may be put, and no other: all of this is bound into the request. */
export interface PutTerms {
  /** Of the object, and of the request: both exactly this. */
  readonly contentType: string;
  /** Exactly so many. */
  readonly sizeBytes: number;
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string;
  /** Refused from then on; S3 itself grants a week at most. */
  readonly expiresAt: Date;
}

/** How an object may be read. */
export interface GetTerms {
  /** Answered, whatever the object was put as. */
  readonly contentType: string;
  /** Its name when it is saved. */
  readonly fileName: string;
  /** Saved even where a browser could show it. Default: false. */
  readonly saved?: boolean;
  /** Refused from then on; S3 itself grants a week at most. */
  readonly expiresAt: Date;
}

/** Signs requests for a service's own objects; their bytes pass by the service, or by our doors in a stream. */
export interface SignedObjects {
  /** May be sent again, with the same result; what is not exactly as its terms say is refused, and nothing is stored. */
  put(key: string, terms: PutTerms): Promise<SignedRequest>;
  /** Answers the object, or a range of it. */
  get(key: string, terms: GetTerms): Promise<SignedRequest>;
}
