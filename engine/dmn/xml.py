"""Small words for walking a DMN tree."""

from lxml import etree


def local(element: etree._Element) -> str:
    """Give the local name of ELEMENT."""
    return etree.QName(element).localname


def text_of(element: etree._Element) -> str:
    """Give the text of ELEMENT without spaces around it."""
    parts = [element.text or "", *(child.tail or "" for child in element)]
    return "".join(parts).strip()
