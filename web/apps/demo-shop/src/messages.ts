export type Language = "ja" | "en";

/** Everything that the shop says. Keys stand in `data-text` of the page. */
export const TEXTS = {
  title: { ja: "つつみ陶器店", en: "Tsutsumi Pottery" },
  tagline: { ja: "毎日の食卓に、土のぬくもりを。", en: "Warm clay for every day's table." },
  demo: {
    ja: "これは Madoguchi のデモ用の店舗です。右下のボタンからお問い合わせをお試しください。",
    en: "This is a demo shop for Madoguchi. Try the contact button at the bottom right.",
  },
  new: { ja: "新着の器", en: "New pieces" },
  mug: { ja: "粉引のマグカップ", en: "White slip mug" },
  bowl: { ja: "藍染付の飯碗", en: "Indigo rice bowl" },
  plate: { ja: "織部の角皿", en: "Oribe square plate" },
  teapot: { ja: "焼締の急須", en: "Unglazed teapot" },
  vase: { ja: "飴釉の一輪挿し", en: "Amber bud vase" },
  cup: { ja: "志野のぐい呑み", en: "Shino sake cup" },
  help: { ja: "ご注文・お届けについて", en: "Orders and delivery" },
  shipping: {
    ja: "ご注文から 3 営業日以内に発送します。割れ物の補償については、お気軽にお問い合わせください。",
    en: "We ship within three working days. Ask us any time about breakage cover.",
  },
  contact: { ja: "お問い合わせを開く", en: "Contact us" },
  language: { ja: "English", en: "日本語" },
} as const satisfies Record<string, Record<Language, string>>;

export type TextKey = keyof typeof TEXTS;
