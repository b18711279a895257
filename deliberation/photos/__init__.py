"""Photos made fit to publish: decoded, turned upright, stripped and encoded anew. No domain."""

from deliberation.photos.darkroom import Darkroom, close_photos, taken
from deliberation.photos.taking import MEDIA_TYPE, Photo, take

__all__ = ["MEDIA_TYPE", "Darkroom", "Photo", "close_photos", "take", "taken"]
