package cloudapi

// Recognition on the aircraft over the fast channel (DRC).

// ScoreMode is a value of score_mode.
type ScoreMode int

// Values of ScoreMode.
const (
	ScoreModeInvalid         ScoreMode = 0
	ScoreModeCounting        ScoreMode = 1
	ScoreModeSearchAndRescue ScoreMode = 2
	ScoreModeCustom          ScoreMode = 3
)

// SpotlightZoomState is a value of state.
type SpotlightZoomState int

// Values of SpotlightZoomState.
const (
	SpotlightZoomStateIdle                   SpotlightZoomState = 0
	SpotlightZoomStateWaitingForChoice       SpotlightZoomState = 1
	SpotlightZoomStateWaitingForConfirmation SpotlightZoomState = 2
	SpotlightZoomStateFollowing              SpotlightZoomState = 3
)

// DRCAIIdentifyFilterSet is the data of drc_ai_identify_filter_set (drc/down).
type DRCAIIdentifyFilterSet struct {
	Filters []int `json:"filters"`
	Bag
}

// DRCAIIdentifyScoreModeSet is the data of drc_ai_identify_score_mode_set (drc/down).
type DRCAIIdentifyScoreModeSet struct {
	ScoreMode ScoreMode `json:"score_mode"`
	Bag
}

// DRCAIIdentifyScoreSet is the data of drc_ai_identify_score_set (drc/down).
type DRCAIIdentifyScoreSet struct {
	Score int `json:"score"` // 0 to 100
	Bag
}

// DRCAIIdentifySet is the data of drc_ai_identify_set (drc/down).
type DRCAIIdentifySet struct {
	On Switch `json:"on"`
	Bag
}

// AISpotlightZoom is ai_spotlight_zoom of DRCAIInfoPush.
type AISpotlightZoom struct {
	State       SpotlightZoomState `json:"state"`
	StateReason int                `json:"state_reason"`
	Bag
}

// AIModel is ai_model_list of DRCAIInfoPush.
type AIModel struct {
	Index      int    `json:"index"`
	SignedName string `json:"signed_name"`
	Bag
}

// AILabel is labels of SelectedAIModel.
type AILabel struct {
	Index int    `json:"index"`
	Name  string `json:"name"`
	Bag
}

// SelectedAIModel is selected_ai_model of DRCAIInfoPush.
type SelectedAIModel struct {
	Index         int       `json:"index"`
	Score         int       `json:"score"`
	ScoreMode     int       `json:"score_mode"`
	ImageSource   []int     `json:"image_source"`
	DigitalEffect []int     `json:"digital_effect"`
	Filters       []int     `json:"filters"`
	Labels        []AILabel `json:"labels"`
	Bag
}

// AIWaylineState is ai_wayline_state of DRCAIInfoPush.
type AIWaylineState struct {
	SequenceShot  bool   `json:"sequence_shot"`
	WaitControl   bool   `json:"wait_control"`
	Record        bool   `json:"record"`
	NormalShot    bool   `json:"normal_shot"`
	CountDownTime int64  `json:"count_down_time"`
	AlertUuid     string `json:"alert_uuid"`
	Bag
}

// DRCAIInfoPush is the data of drc_ai_info_push (drc/up).
type DRCAIInfoPush struct {
	IdentifyOn      Switch           `json:"identify_on"`
	SpotlightZoomOn Switch           `json:"spotlight_zoom_on"`
	AISpotlightZoom *AISpotlightZoom `json:"ai_spotlight_zoom,omitzero"`
	AIModelList     []AIModel        `json:"ai_model_list"`
	SelectedAIModel *SelectedAIModel `json:"selected_ai_model,omitzero"`
	AIWaylineState  *AIWaylineState  `json:"ai_wayline_state,omitzero"`
	Bag
}

// DRCAIModelSelect is the data of drc_ai_model_select (drc/down).
type DRCAIModelSelect struct {
	Index int `json:"index"`
	Bag
}

// DRCAISpotlightZoomSelect is the data of drc_ai_spotlight_zoom_select (drc/down).
type DRCAISpotlightZoomSelect struct {
	CenterX *float64 `json:"center_x,omitzero"`
	CenterY *float64 `json:"center_y,omitzero"`
	Height  *float64 `json:"height,omitzero"`
	Width   *float64 `json:"width,omitzero"`
	Bag
}

// DRCAISpotlightZoomSet is the data of drc_ai_spotlight_zoom_set (drc/down).
type DRCAISpotlightZoomSet struct {
	On Switch `json:"on"`
	Bag
}

// DRCAISpotlightZoomTrack is the data of drc_ai_spotlight_zoom_track (drc/down).
type DRCAISpotlightZoomTrack struct {
	TargetIndex int `json:"target_index"`
	Bag
}
