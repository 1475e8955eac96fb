/** Public SSH keys for tests, made by ssh-keygen, with what it says of them. Their private halves are gone. */

/** A public key, and what is true of it. */
export interface TestSshKey {
  text: string;
  kind: string;
  fingerprint: string;
  comment: string;
}

/** One key of each kind, and a second one without a comment. */
export const SSH_KEYS = {
  ed25519: {
    text: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBMnmbU+/KfU8vWPIGLZOY7nTIGV15fiFBEmBwh1hHzJ ann@laptop",
    kind: "Ed25519",
    fingerprint: "SHA256:axY6Jyx39vGNrPJGdV/shsuWv/G6GDdC5KIQ6MFOiRk",
    comment: "ann@laptop",
  },
  other: {
    text: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILtvXwKDH3wk57XpakrYu8/riPegYoAeYT0ciunS1I4Z",
    kind: "Ed25519",
    fingerprint: "SHA256:OBcWBAr0u+WsbbxULWvJjfCV1EW1rbWTIedLutd3yMs",
    comment: "",
  },
  rsa: {
    text: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCsNLiw5yRWwavfhE05lKKMZnbo7TFseZIkvbgXewZG5Jx0yDuvVR/V9tTQVe2V" +
      "bxx2OL5AtE+6UGEajkmAB8xnuQHyCBwRfW74sodbsgBBd44TmdhwXD683OVgtRq28/S1kkOdQx9w46QoEzPNGYJRMQV0imbRPSjq" +
      "wgxBwPthePxxwR1TyxuROFdJKaBk1gqYuHNVwkLGWhzYpdvWIDGlOaKgxBgL/Xmvb0QBQfmFoeuaZ+ywP+mcCsUavMRNMw0DpD2N" +
      "03/E23qJqAggJ4P76e9fnTUPCBZ9+44/n5fHG3uSYy7esUr7HgDc9ABK45pzcfv7g7qQSFaMMqCa+cHh ci server",
    kind: "RSA, 2048 bits",
    fingerprint: "SHA256:6shj+90OYLg7uZk9J859U+QY+Q168eTqyYyl3vNWZIc",
    comment: "ci server",
  },
  ecdsa256: {
    text: "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDMTJjT5Cl6cUr7kJhQJxTAFAFPH" +
      "9+79XnzfgBxBNGgemjCzZP0HtlL96ZedSGWRyva5dRMjckQBUXf8J34gWLw= c256",
    kind: "ECDSA, nistp256",
    fingerprint: "SHA256:/0qOelNa8FBEPJbCVrH7h+np8uV0IHZXPmgOLuYxPwY",
    comment: "c256",
  },
  ecdsa384: {
    text: "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBPw8yV8xs1J9cpSUZGL12xvskCM7" +
      "HFFf3WOaaC9O3DthJ18++Mcxyssbsw03nQOu6AS0mSffuzR5jZCq4qma56dpuGPZQSxvWeaZlx4s4QpqNTZimkmHPJMtSy5H4Enm" +
      "uw== c384",
    kind: "ECDSA, nistp384",
    fingerprint: "SHA256:GMLPdHQgH30Yvpq2E4MJSRuj8lowouuQzTwBdPqRYNM",
    comment: "c384",
  },
  ecdsa521: {
    text: "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAHG2Bk4UjL7f+9bGMGrehR5bL3h" +
      "ogJjUdpqXoqfJbzMjdQtd4bNzURq18ZM0Mo0VGzo0DS1VQhIhUC6U3IZ1ju/DgGL8ModXIYBMn2rp8dselxslqSIM8ZPfIxzc9Ys" +
      "0oh7D6+UBLwkyVAyJ9UcmLbZxhSnrQlrYsI2ckgaKXOEZt5jwA== c521",
    kind: "ECDSA, nistp521",
    fingerprint: "SHA256:/Wy/uU0xxWRgtx+IF82DL6cMmZ16IUQzFK5UY/3foKU",
    comment: "c521",
  },
} as const satisfies Record<string, TestSshKey>;
