import type { Translated } from "../../catalogue";
import type english from "../en/folders";

export default {
	"folder.title": "Thư mục",
	"folder.tree": "Vị trí và thư mục",
	"folder.new": "Thư mục mới",
	"folder.newIn": "Thư mục mới trong “{name}”",
	"folder.menuNewIn": "Thư mục mới bên trong…",
	"folder.menuLook": "Màu và biểu tượng…",
	"folder.editTitle": "Thư mục “{name}”",
	"folder.name": "Tên thư mục",
	"folder.icon": "Biểu tượng",
	"folder.iconHint": "Một emoji, hoặc để trống.",
	"folder.icons": "Vài biểu tượng",
	"folder.make": "Tạo thư mục",
	"folder.save": "Lưu",
	"folder.cancel": "Hủy",
	"folder.moveTitle": "Chuyển thư mục “{name}”",
	"folder.find": "Tìm thư mục",
	"folder.found": "{count, plural, other {# vị trí}}",
	"folder.nothing": "Không có thư mục nào tên như vậy.",
	"folder.narrow": "Còn nữa: hãy gõ vài chữ.",
	"folder.here": "Đang ở đây",
	"folder.none": "Không thuộc thư mục nào",
	"folder.outermost": "Ngoài cùng, không trong thư mục nào",
} as const satisfies Translated<typeof english>;
