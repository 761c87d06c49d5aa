import type { Translated } from "../../catalogue";
import type english from "../en/tags";

export default {
	"tag.title": "Nhãn",
	"tag.manage": "Quản lý nhãn…",
	"tag.manageTitle": "Quản lý nhãn",
	"tag.field": "Tìm nhãn, hoặc gõ nhãn mới",
	"tag.make": "Nhãn mới “{name}”",
	"tag.some": "Một số có nhãn này",
	"tag.none": "Chưa có nhãn nào.",
	"tag.name": "Tên nhãn",
	"tag.colourOf": "Màu của “{name}”",
	"tag.merge": "Gộp “{name}” vào nhãn khác",
	"tag.mergeWith": "Gộp vào",
	"tag.mergeInto": "Gộp vào “{name}”",
	"tag.choose": "Chọn một nhãn…",
	"tag.isThere": "Đã có nhãn “{name}”.",

	"colour.legend": "Màu",
	"colour.none": "Không màu",
	"colour.red": "Đỏ",
	"colour.orange": "Cam",
	"colour.yellow": "Vàng",
	"colour.green": "Xanh lá",
	"colour.teal": "Xanh mòng két",
	"colour.blue": "Xanh dương",
	"colour.violet": "Tím",
	"colour.pink": "Hồng",
	"colour.brown": "Nâu",
	"colour.own": "Màu riêng",
} as const satisfies Translated<typeof english>;
