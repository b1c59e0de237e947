"""The keys of the vault: from the environment or a file, never from the database."""

import base64
import binascii
import hashlib
import hmac
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.base.errors import ShouhuError

KEY = "SHOUHU_VAULT_KEY"  # setting: keys themselves, the first seals, later ones only open
KEY_FILE = "SHOUHU_VAULT_KEY_FILE"  # setting: a file with one key a line
FILE = "vault.key"  # beside the attachments, made when the first value is sealed
SIZE, NONCE = 32, 12  # bytes: AES-256, GCM


class VaultClosed(ShouhuError):
    """保密库没有可用的密钥，不能存取保密信息；请管理员检查密钥文件。"""

    code = "vault-key"


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted value: its own key WRAPPED by the key KEY_ID, and the value SEALED."""

    key_id: str
    wrapped: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class _Key:
    secret: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256(b"shouhu-vault-key:" + self.secret).hexdigest()[:16]

    def encrypt(self, plain: bytes, about: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, plain, about)

    def decrypt(self, sealed: bytes, about: bytes) -> bytes:
        try:
            return AESGCM(self.secret).decrypt(sealed[:NONCE], sealed[NONCE:], about)
        except InvalidTag as error:
            raise VaultClosed("保密信息已损坏或被移动过，不能读出。") from error


@dataclass
class Keyring:
    """The keys of one installation, read when first needed; FOLDER holds the default file."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _keys: tuple[_Key, ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seal(self, text: str, about: str) -> Sealed:
        """Encrypt TEXT under a key of its own; ABOUT must be told again to open it."""
        first, own = self._first(), _Key(AESGCM.generate_key(SIZE * 8))
        aad = about.encode()
        return Sealed(
            first.id, first.encrypt(own.secret, aad), own.encrypt(text.encode(), aad)
        )

    def open(self, found: Sealed, about: str) -> str:
        """Give the text that was sealed, or raise VaultClosed."""
        own = _Key(self._named(found.key_id).decrypt(found.wrapped, about.encode()))
        return own.decrypt(found.sealed, about.encode()).decode()

    def wrap_again(self, found: Sealed, about: str) -> Sealed:
        """Wrap the record's key by the first key: rotation never touches the value."""
        own = self._named(found.key_id).decrypt(found.wrapped, about.encode())
        first = self._first()
        return Sealed(first.id, first.encrypt(own, about.encode()), found.sealed)

    def blind(self, text: str) -> str:
        """Give a fingerprint of TEXT nobody can undo or guess without the key."""
        mac = hmac.new(self._first().secret, b"blind:" + text.encode(), hashlib.sha256)
        return mac.hexdigest()[:32]

    def blinded(self, text: str) -> str:
        """Give `blind(text)`, or TEXT as it is while there is no usable key."""
        if not self.present:
            return text
        try:
            return self.blind(text)
        except VaultClosed:
            return text

    @property
    def current(self) -> str:
        """Name the key that seals now."""
        return self._first().id

    @property
    def present(self) -> bool:
        """Tell whether there are keys already; false only before the first use."""
        return bool(self._keys or self._given() or self._path.exists())

    def make(self) -> None:
        """Make the first key; another node may have made it meanwhile."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            handle = os.open(self._path, flags, 0o400)
        except FileExistsError:
            return
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(AESGCM.generate_key(SIZE * 8)) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _first(self) -> _Key:
        return self._loaded()[0]

    def _named(self, key_id: str) -> _Key:
        for key in self._loaded():
            if key.id == key_id:
                return key
        raise VaultClosed(f"没有编号为 {key_id} 的保密库密钥，请把旧密钥加回密钥文件。")

    def _loaded(self) -> tuple[_Key, ...]:
        with self._lock:
            if not self._keys:
                self._keys = self._read()
        return self._keys

    def _read(self) -> tuple[_Key, ...]:
        text = self._given()
        if not text and self._path.exists():
            if self._path.stat().st_mode & 0o077:
                raise VaultClosed(f"密钥文件 {self._path.name} 的权限过宽，应为 0400。")
            text = self._path.read_text()
        keys = tuple(map(_key, text.replace(",", "\n").split()))
        if not keys:
            raise VaultClosed
        return keys

    def _given(self) -> str:
        return self.environ.get(KEY, "").strip()

    @property
    def _path(self) -> Path:
        return Path(self.environ.get(KEY_FILE) or self.folder / FILE)


def _key(text: str) -> _Key:
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != SIZE:
        raise VaultClosed("保密库密钥应为 32 字节的 base64 文字，每行一个。")
    return _Key(secret)
