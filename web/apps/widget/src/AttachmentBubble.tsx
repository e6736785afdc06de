import { fileSize } from "@madoguchi/client";
import type { AttachmentBody } from "@madoguchi/protocol";
import { useEffect, useState } from "preact/hooks";
import type { Contact } from "./contact.ts";
import { textIn, type Language } from "./text.ts";

interface Props {
  contact: Contact;
  body: AttachmentBody;
  language: Language;
}

/** A picture or video. It is fetched with the consumer's token, which an address in an `img` could not carry. */
export function AttachmentBubble({ contact, body, language }: Props) {
  const text = textIn(language);
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    contact.attachment(body.attachment).then(
      (content) => {
        if (gone) return;
        made = URL.createObjectURL(content);
        setUrl(made);
      },
      () => undefined,
    );
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [body.attachment]);
  const label = text("chat.attachment", { name: body.name });
  const size = { ...(body.width === null ? {} : { width: body.width }), ...(body.height === null ? {} : { height: body.height }) };
  return (
    <div class="bubble media">
      {body.media_type.startsWith("video/") ? (
        <video src={url ?? undefined} controls preload="metadata" aria-label={label} {...size} />
      ) : (
        <img src={url ?? undefined} alt={label} {...size} />
      )}
      <p>
        {url === null ? body.name : <a href={url} download={body.name}>{body.name}</a>} · {fileSize(body.size, language)}
      </p>
    </div>
  );
}
