package cloudapi

// Flight and payload control over services, and the fast channel (DRC).

// CameraType is a value of camera_type.
type CameraType string

// Values of CameraType.
const (
	CameraTypeIR   CameraType = "ir"
	CameraTypeWide CameraType = "wide"
	CameraTypeZoom CameraType = "zoom"
)

// ExposureMode is a value of exposure_mode.
type ExposureMode int

// Values of ExposureMode.
const (
	ExposureModeAuto             ExposureMode = 1
	ExposureModeShutterPriority  ExposureMode = 2
	ExposureModeAperturePriority ExposureMode = 3
	ExposureModeManual           ExposureMode = 4
)

// FocusMode is a value of focus_mode.
type FocusMode int

// Values of FocusMode.
const (
	FocusModeMF  FocusMode = 0
	FocusModeAFS FocusMode = 1
	FocusModeAFC FocusMode = 2
)

// CameraMode is a value of camera_mode.
type CameraMode int

// Values of CameraMode.
const (
	CameraModeUnsupportedMode      CameraMode = -1
	CameraModeCapturing            CameraMode = 0
	CameraModeRecording            CameraMode = 1
	CameraModeSmartLowLight        CameraMode = 2
	CameraModePanoramicPhotography CameraMode = 3
	CameraModeTimedShot            CameraMode = 4
)

// PhotoStatus is a value of status.
type PhotoStatus string

// Values of PhotoStatus.
const (
	PhotoStatusFail       PhotoStatus = "fail"
	PhotoStatusInProgress PhotoStatus = "in_progress"
	PhotoStatusOK         PhotoStatus = "ok"
)

// PhotoStep is a value of current_step.
type PhotoStep int

// Values of PhotoStep.
const (
	PhotoStepCapturingPanoramaNotStartedOrFinished PhotoStep = 3000
	PhotoStepPanoramaPhotoCapturingProgress        PhotoStep = 3002 // Panorama photo capturing in progress
	PhotoStepPanoramaPhotoStitchingProgress        PhotoStep = 3005 // Panorama photo stitching in progress
)

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

// ApertureValue is a value of aperture_value.
type ApertureValue int

// Values of ApertureValue.
const (
	ApertureValueFAUTO     ApertureValue = 0
	ApertureValueF05       ApertureValue = 50
	ApertureValueF07       ApertureValue = 70
	ApertureValueF08       ApertureValue = 80
	ApertureValueF09       ApertureValue = 90
	ApertureValueF095      ApertureValue = 95
	ApertureValueF10       ApertureValue = 100
	ApertureValueF11       ApertureValue = 110
	ApertureValueF12       ApertureValue = 120
	ApertureValueF14       ApertureValue = 140
	ApertureValueF16       ApertureValue = 160
	ApertureValueF17       ApertureValue = 170
	ApertureValueF18       ApertureValue = 180
	ApertureValueF2        ApertureValue = 200
	ApertureValueF22       ApertureValue = 220
	ApertureValueF24       ApertureValue = 240
	ApertureValueF25       ApertureValue = 250
	ApertureValueF28       ApertureValue = 280
	ApertureValueF32       ApertureValue = 320
	ApertureValueF33       ApertureValue = 330
	ApertureValueF34       ApertureValue = 340
	ApertureValueF35       ApertureValue = 350
	ApertureValueF4        ApertureValue = 400
	ApertureValueF44       ApertureValue = 440
	ApertureValueF45       ApertureValue = 450
	ApertureValueF48       ApertureValue = 480
	ApertureValueF5        ApertureValue = 500
	ApertureValueF56       ApertureValue = 560
	ApertureValueF63       ApertureValue = 630
	ApertureValueF67       ApertureValue = 670
	ApertureValueF68       ApertureValue = 680
	ApertureValueF71       ApertureValue = 710
	ApertureValueF8        ApertureValue = 800
	ApertureValueF9        ApertureValue = 900
	ApertureValueF95       ApertureValue = 950
	ApertureValueF96       ApertureValue = 960
	ApertureValueF10No1000 ApertureValue = 1000
	ApertureValueF11No1100 ApertureValue = 1100
	ApertureValueF13       ApertureValue = 1300
	ApertureValueF14No1400 ApertureValue = 1400
	ApertureValueF16No1600 ApertureValue = 1600
	ApertureValueF18No1800 ApertureValue = 1800
	ApertureValueF19       ApertureValue = 1900
	ApertureValueF20       ApertureValue = 2000
	ApertureValueF22No2200 ApertureValue = 2200
	ApertureValueF25No2500 ApertureValue = 2500
	ApertureValueF27       ApertureValue = 2700
	ApertureValueF29       ApertureValue = 2900
	ApertureValueF32No3200 ApertureValue = 3200
	ApertureValueF36       ApertureValue = 3600
	ApertureValueF38       ApertureValue = 3800
	ApertureValueF40       ApertureValue = 4000
	ApertureValueF45No4500 ApertureValue = 4500
	ApertureValueF51       ApertureValue = 5100
	ApertureValueF54       ApertureValue = 5400
	ApertureValueF57       ApertureValue = 5700
	ApertureValueF64       ApertureValue = 6400
	ApertureValueF72       ApertureValue = 7200
	ApertureValueF76       ApertureValue = 7600
	ApertureValueF80       ApertureValue = 8000
	ApertureValueF90       ApertureValue = 9000
	ApertureValueF107      ApertureValue = 10700
	ApertureValueF128      ApertureValue = 12800
	ApertureValueF180      ApertureValue = 18000
	ApertureValueF256      ApertureValue = 25600
)

// ISOValue is a value of iso_value.
type ISOValue int

// Values of ISOValue.
const (
	ISOValueISOAUTO   ISOValue = 0
	ISOValueISO50     ISOValue = 2
	ISOValueISO100    ISOValue = 3
	ISOValueISO200    ISOValue = 4
	ISOValueISO400    ISOValue = 5
	ISOValueISO800    ISOValue = 6
	ISOValueISO1600   ISOValue = 7
	ISOValueISO3200   ISOValue = 8
	ISOValueISO6400   ISOValue = 9
	ISOValueISO12800  ISOValue = 10
	ISOValueISO25600  ISOValue = 11
	ISOValueISO51200  ISOValue = 12
	ISOValueISO102400 ISOValue = 13
	ISOValueISOFIXED  ISOValue = 255
)

// WideExposureMode is a value of wide_exposure_mode.
type WideExposureMode int

// Values of WideExposureMode.
const (
	WideExposureModeAuto             WideExposureMode = 1
	WideExposureModeShutterPriority  WideExposureMode = 2
	WideExposureModeAperturePriority WideExposureMode = 3
	WideExposureModeManual           WideExposureMode = 4
)

// WideISO is a value of wide_iso.
type WideISO int

// Values of WideISO.
const (
	WideISOAuto    WideISO = 0
	WideISOAutoNo1 WideISO = 1
	WideISO50      WideISO = 2
	WideISO100     WideISO = 3
	WideISO200     WideISO = 4
	WideISO400     WideISO = 5
	WideISO800     WideISO = 6
	WideISO1600    WideISO = 7
	WideISO3200    WideISO = 8
	WideISO6400    WideISO = 9
	WideISO12800   WideISO = 10
	WideISO25600   WideISO = 11
	WideISOFIXED   WideISO = 255
)

// WideShutterSpeed is a value of wide_shutter_speed.
type WideShutterSpeed int

// Values of WideShutterSpeed.
const (
	WideShutterSpeed1Over8000     WideShutterSpeed = 0  // 1/8000 s
	WideShutterSpeed1Over6400     WideShutterSpeed = 1  // 1/6400 s
	WideShutterSpeed1Over6000     WideShutterSpeed = 2  // 1/6000 s
	WideShutterSpeed1Over5000     WideShutterSpeed = 3  // 1/5000 s
	WideShutterSpeed1Over4000     WideShutterSpeed = 4  // 1/4000 s
	WideShutterSpeed1Over3200     WideShutterSpeed = 5  // 1/3200 s
	WideShutterSpeed1Over3000     WideShutterSpeed = 6  // 1/3000 s
	WideShutterSpeed1Over2500     WideShutterSpeed = 7  // 1/2500 s
	WideShutterSpeed1Over2000     WideShutterSpeed = 8  // 1/2000 s
	WideShutterSpeed1Over1600     WideShutterSpeed = 9  // 1/1600 s
	WideShutterSpeed1Over1500     WideShutterSpeed = 10 // 1/1500 s
	WideShutterSpeed1Over1250     WideShutterSpeed = 11 // 1/1250 s
	WideShutterSpeed1Over1000     WideShutterSpeed = 12 // 1/1000 s
	WideShutterSpeed1Over800      WideShutterSpeed = 13 // 1/800 s
	WideShutterSpeed1Over725      WideShutterSpeed = 14 // 1/725 s
	WideShutterSpeed1Over640      WideShutterSpeed = 15 // 1/640 s
	WideShutterSpeed1Over500      WideShutterSpeed = 16 // 1/500 s
	WideShutterSpeed1Over400      WideShutterSpeed = 17 // 1/400 s
	WideShutterSpeed1Over350      WideShutterSpeed = 18 // 1/350 s
	WideShutterSpeed1Over320      WideShutterSpeed = 19 // 1/320 s
	WideShutterSpeed1Over250      WideShutterSpeed = 20 // 1/250 s
	WideShutterSpeed1Over240      WideShutterSpeed = 21 // 1/240 s
	WideShutterSpeed1Over200      WideShutterSpeed = 22 // 1/200 s
	WideShutterSpeed1Over180      WideShutterSpeed = 23 // 1/180 s
	WideShutterSpeed1Over160      WideShutterSpeed = 24 // 1/160 s
	WideShutterSpeed1Over125      WideShutterSpeed = 25 // 1/125 s
	WideShutterSpeed1Over120      WideShutterSpeed = 26 // 1/120 s
	WideShutterSpeed1Over100      WideShutterSpeed = 27 // 1/100 s
	WideShutterSpeed1Over90       WideShutterSpeed = 28 // 1/90 s
	WideShutterSpeed1Over80       WideShutterSpeed = 29 // 1/80 s
	WideShutterSpeed1Over60       WideShutterSpeed = 30 // 1/60 s
	WideShutterSpeed1Over50       WideShutterSpeed = 31 // 1/50 s
	WideShutterSpeed1Over40       WideShutterSpeed = 32 // 1/40 s
	WideShutterSpeed1Over30       WideShutterSpeed = 33 // 1/30 s
	WideShutterSpeed1Over25       WideShutterSpeed = 34 // 1/25 s
	WideShutterSpeed1Over20       WideShutterSpeed = 35 // 1/20 s
	WideShutterSpeed1Over15       WideShutterSpeed = 36 // 1/15 s
	WideShutterSpeed1Over12Point5 WideShutterSpeed = 37 // 1/12.5 s
	WideShutterSpeed1Over10       WideShutterSpeed = 38 // 1/10 s
	WideShutterSpeed1Over8        WideShutterSpeed = 39 // 1/8 s
	WideShutterSpeed1Over6Point25 WideShutterSpeed = 40 // 1/6.25 s
	WideShutterSpeed1Over5        WideShutterSpeed = 41 // 1/5 s
	WideShutterSpeed1Over4        WideShutterSpeed = 42 // 1/4 s
	WideShutterSpeed1Over3        WideShutterSpeed = 43 // 1/3 s
	WideShutterSpeed1Over2Point5  WideShutterSpeed = 44 // 1/2.5 s
	WideShutterSpeed1Over2        WideShutterSpeed = 45 // 1/2 s
	WideShutterSpeed1Over1Point67 WideShutterSpeed = 46 // 1/1.67 s
	WideShutterSpeed1Over1Point25 WideShutterSpeed = 47 // 1/1.25 s
	WideShutterSpeed1Point0       WideShutterSpeed = 48 // 1.0 s
	WideShutterSpeed1Point3       WideShutterSpeed = 49 // 1.3 s
	WideShutterSpeed1Point6       WideShutterSpeed = 50 // 1.6 s
	WideShutterSpeed2Point0       WideShutterSpeed = 51 // 2.0 s
	WideShutterSpeed2Point5       WideShutterSpeed = 52 // 2.5 s
	WideShutterSpeed3Point0       WideShutterSpeed = 53 // 3.0 s
	WideShutterSpeed3Point2       WideShutterSpeed = 54 // 3.2 s
	WideShutterSpeed4Point0       WideShutterSpeed = 55 // 4.0 s
	WideShutterSpeed5Point0       WideShutterSpeed = 56 // 5.0 s
	WideShutterSpeed6Point0       WideShutterSpeed = 57 // 6.0 s
	WideShutterSpeed7Point0       WideShutterSpeed = 58 // 7.0 s
	WideShutterSpeed8Point0       WideShutterSpeed = 59 // 8.0 s
	WideShutterSpeedAuto          WideShutterSpeed = 65534
)

// WideExposureValue is a value of wide_exposure_value.
type WideExposureValue int

// Values of WideExposureValue.
const (
	WideExposureValueMinus5Point0 WideExposureValue = 1
	WideExposureValueMinus4Point7 WideExposureValue = 2
	WideExposureValueMinus4Point3 WideExposureValue = 3
	WideExposureValueMinus4Point0 WideExposureValue = 4
	WideExposureValueMinus3Point7 WideExposureValue = 5
	WideExposureValueMinus3Point3 WideExposureValue = 6
	WideExposureValueMinus3Point0 WideExposureValue = 7
	WideExposureValueMinus2Point7 WideExposureValue = 8
	WideExposureValueMinus2Point3 WideExposureValue = 9
	WideExposureValueMinus2Point0 WideExposureValue = 10
	WideExposureValueMinus1Point7 WideExposureValue = 11
	WideExposureValueMinus1Point3 WideExposureValue = 12
	WideExposureValueMinus1Point0 WideExposureValue = 13
	WideExposureValueMinus0Point7 WideExposureValue = 14
	WideExposureValueMinus0Point3 WideExposureValue = 15
	WideExposureValue0            WideExposureValue = 16
	WideExposureValue0Point3      WideExposureValue = 17
	WideExposureValue0Point7      WideExposureValue = 18
	WideExposureValue1Point0      WideExposureValue = 19
	WideExposureValue1Point3      WideExposureValue = 20
	WideExposureValue1Point7      WideExposureValue = 21
	WideExposureValue2Point0      WideExposureValue = 22
	WideExposureValue2Point3      WideExposureValue = 23
	WideExposureValue2Point7      WideExposureValue = 24
	WideExposureValue3Point0      WideExposureValue = 25
	WideExposureValue3Point3      WideExposureValue = 26
	WideExposureValue3Point7      WideExposureValue = 27
	WideExposureValue4Point0      WideExposureValue = 28
	WideExposureValue4Point3      WideExposureValue = 29
	WideExposureValue4Point7      WideExposureValue = 30
	WideExposureValue5Point0      WideExposureValue = 31
	WideExposureValueFIXED        WideExposureValue = 255
)

// WideApertureValue is a value of wide_aperture_value.
type WideApertureValue int

// Values of WideApertureValue.
const (
	WideApertureValueFAUTO     WideApertureValue = 0
	WideApertureValueF0Point5  WideApertureValue = 50
	WideApertureValueF0Point7  WideApertureValue = 70
	WideApertureValueF0Point8  WideApertureValue = 80
	WideApertureValueF0Point9  WideApertureValue = 90
	WideApertureValueF0Point95 WideApertureValue = 95
	WideApertureValueF1Point0  WideApertureValue = 100
	WideApertureValueF1Point1  WideApertureValue = 110
	WideApertureValueF1Point2  WideApertureValue = 120
	WideApertureValueF1Point4  WideApertureValue = 140
	WideApertureValueF1Point6  WideApertureValue = 160
	WideApertureValueF1Point7  WideApertureValue = 170
	WideApertureValueF1Point8  WideApertureValue = 180
	WideApertureValueF2        WideApertureValue = 200
	WideApertureValueF2Point2  WideApertureValue = 220
	WideApertureValueF2Point4  WideApertureValue = 240
	WideApertureValueF2Point5  WideApertureValue = 250
	WideApertureValueF2Point8  WideApertureValue = 280
	WideApertureValueF3Point2  WideApertureValue = 320
	WideApertureValueF3Point3  WideApertureValue = 330
	WideApertureValueF3Point4  WideApertureValue = 340
	WideApertureValueF3Point5  WideApertureValue = 350
	WideApertureValueF4        WideApertureValue = 400
	WideApertureValueF4Point4  WideApertureValue = 440
	WideApertureValueF4Point5  WideApertureValue = 450
	WideApertureValueF4Point8  WideApertureValue = 480
	WideApertureValueF5        WideApertureValue = 500
	WideApertureValueF5Point6  WideApertureValue = 560
	WideApertureValueF6Point3  WideApertureValue = 630
	WideApertureValueF6Point7  WideApertureValue = 670
	WideApertureValueF6Point8  WideApertureValue = 680
	WideApertureValueF7Point1  WideApertureValue = 710
	WideApertureValueF8        WideApertureValue = 800
	WideApertureValueF9        WideApertureValue = 900
	WideApertureValueF9Point5  WideApertureValue = 950
	WideApertureValueF9Point6  WideApertureValue = 960
	WideApertureValueF10       WideApertureValue = 1000
	WideApertureValueF11       WideApertureValue = 1100
	WideApertureValueF13       WideApertureValue = 1300
	WideApertureValueF14       WideApertureValue = 1400
	WideApertureValueF16       WideApertureValue = 1600
	WideApertureValueF18       WideApertureValue = 1800
	WideApertureValueF19       WideApertureValue = 1900
	WideApertureValueF20       WideApertureValue = 2000
	WideApertureValueF22       WideApertureValue = 2200
	WideApertureValueF25       WideApertureValue = 2500
	WideApertureValueF27       WideApertureValue = 2700
	WideApertureValueF29       WideApertureValue = 2900
	WideApertureValueF32       WideApertureValue = 3200
	WideApertureValueF36       WideApertureValue = 3600
	WideApertureValueF38       WideApertureValue = 3800
	WideApertureValueF40       WideApertureValue = 4000
	WideApertureValueF45       WideApertureValue = 4500
	WideApertureValueF51       WideApertureValue = 5100
	WideApertureValueF54       WideApertureValue = 5400
	WideApertureValueF57       WideApertureValue = 5700
	WideApertureValueF64       WideApertureValue = 6400
	WideApertureValueF72       WideApertureValue = 7200
	WideApertureValueF76       WideApertureValue = 7600
	WideApertureValueF80       WideApertureValue = 8000
	WideApertureValueF90       WideApertureValue = 9000
	WideApertureValueF107      WideApertureValue = 10700
	WideApertureValueF128      WideApertureValue = 12800
	WideApertureValueF180      WideApertureValue = 18000
	WideApertureValueF256      WideApertureValue = 25600
)

// ZoomExposureMode is a value of zoom_exposure_mode.
type ZoomExposureMode int

// Values of ZoomExposureMode.
const (
	ZoomExposureModeAuto             ZoomExposureMode = 1
	ZoomExposureModeShutterPriority  ZoomExposureMode = 2
	ZoomExposureModeAperturePriority ZoomExposureMode = 3
	ZoomExposureModeManual           ZoomExposureMode = 4
)

// ZoomISO is a value of zoom_iso.
type ZoomISO int

// Values of ZoomISO.
const (
	ZoomISOAuto    ZoomISO = 0
	ZoomISOAutoNo1 ZoomISO = 1
	ZoomISO50      ZoomISO = 2
	ZoomISO100     ZoomISO = 3
	ZoomISO200     ZoomISO = 4
	ZoomISO400     ZoomISO = 5
	ZoomISO800     ZoomISO = 6
	ZoomISO1600    ZoomISO = 7
	ZoomISO3200    ZoomISO = 8
	ZoomISO6400    ZoomISO = 9
	ZoomISO12800   ZoomISO = 10
	ZoomISO25600   ZoomISO = 11
	ZoomISOFIXED   ZoomISO = 255
)

// ZoomShutterSpeed is a value of zoom_shutter_speed.
type ZoomShutterSpeed int

// Values of ZoomShutterSpeed.
const (
	ZoomShutterSpeed1Over8000     ZoomShutterSpeed = 0  // 1/8000 s
	ZoomShutterSpeed1Over6400     ZoomShutterSpeed = 1  // 1/6400 s
	ZoomShutterSpeed1Over6000     ZoomShutterSpeed = 2  // 1/6000 s
	ZoomShutterSpeed1Over5000     ZoomShutterSpeed = 3  // 1/5000 s
	ZoomShutterSpeed1Over4000     ZoomShutterSpeed = 4  // 1/4000 s
	ZoomShutterSpeed1Over3200     ZoomShutterSpeed = 5  // 1/3200 s
	ZoomShutterSpeed1Over3000     ZoomShutterSpeed = 6  // 1/3000 s
	ZoomShutterSpeed1Over2500     ZoomShutterSpeed = 7  // 1/2500 s
	ZoomShutterSpeed1Over2000     ZoomShutterSpeed = 8  // 1/2000 s
	ZoomShutterSpeed1Over1600     ZoomShutterSpeed = 9  // 1/1600 s
	ZoomShutterSpeed1Over1500     ZoomShutterSpeed = 10 // 1/1500 s
	ZoomShutterSpeed1Over1250     ZoomShutterSpeed = 11 // 1/1250 s
	ZoomShutterSpeed1Over1000     ZoomShutterSpeed = 12 // 1/1000 s
	ZoomShutterSpeed1Over800      ZoomShutterSpeed = 13 // 1/800 s
	ZoomShutterSpeed1Over725      ZoomShutterSpeed = 14 // 1/725 s
	ZoomShutterSpeed1Over640      ZoomShutterSpeed = 15 // 1/640 s
	ZoomShutterSpeed1Over500      ZoomShutterSpeed = 16 // 1/500 s
	ZoomShutterSpeed1Over400      ZoomShutterSpeed = 17 // 1/400 s
	ZoomShutterSpeed1Over350      ZoomShutterSpeed = 18 // 1/350 s
	ZoomShutterSpeed1Over320      ZoomShutterSpeed = 19 // 1/320 s
	ZoomShutterSpeed1Over250      ZoomShutterSpeed = 20 // 1/250 s
	ZoomShutterSpeed1Over240      ZoomShutterSpeed = 21 // 1/240 s
	ZoomShutterSpeed1Over200      ZoomShutterSpeed = 22 // 1/200 s
	ZoomShutterSpeed1Over180      ZoomShutterSpeed = 23 // 1/180 s
	ZoomShutterSpeed1Over160      ZoomShutterSpeed = 24 // 1/160 s
	ZoomShutterSpeed1Over125      ZoomShutterSpeed = 25 // 1/125 s
	ZoomShutterSpeed1Over120      ZoomShutterSpeed = 26 // 1/120 s
	ZoomShutterSpeed1Over100      ZoomShutterSpeed = 27 // 1/100 s
	ZoomShutterSpeed1Over90       ZoomShutterSpeed = 28 // 1/90 s
	ZoomShutterSpeed1Over80       ZoomShutterSpeed = 29 // 1/80 s
	ZoomShutterSpeed1Over60       ZoomShutterSpeed = 30 // 1/60 s
	ZoomShutterSpeed1Over50       ZoomShutterSpeed = 31 // 1/50 s
	ZoomShutterSpeed1Over40       ZoomShutterSpeed = 32 // 1/40 s
	ZoomShutterSpeed1Over30       ZoomShutterSpeed = 33 // 1/30 s
	ZoomShutterSpeed1Over25       ZoomShutterSpeed = 34 // 1/25 s
	ZoomShutterSpeed1Over20       ZoomShutterSpeed = 35 // 1/20 s
	ZoomShutterSpeed1Over15       ZoomShutterSpeed = 36 // 1/15 s
	ZoomShutterSpeed1Over12Point5 ZoomShutterSpeed = 37 // 1/12.5 s
	ZoomShutterSpeed1Over10       ZoomShutterSpeed = 38 // 1/10 s
	ZoomShutterSpeed1Over8        ZoomShutterSpeed = 39 // 1/8 s
	ZoomShutterSpeed1Over6Point25 ZoomShutterSpeed = 40 // 1/6.25 s
	ZoomShutterSpeed1Over5        ZoomShutterSpeed = 41 // 1/5 s
	ZoomShutterSpeed1Over4        ZoomShutterSpeed = 42 // 1/4 s
	ZoomShutterSpeed1Over3        ZoomShutterSpeed = 43 // 1/3 s
	ZoomShutterSpeed1Over2Point5  ZoomShutterSpeed = 44 // 1/2.5 s
	ZoomShutterSpeed1Over2        ZoomShutterSpeed = 45 // 1/2 s
	ZoomShutterSpeed1Over1Point67 ZoomShutterSpeed = 46 // 1/1.67 s
	ZoomShutterSpeed1Over1Point25 ZoomShutterSpeed = 47 // 1/1.25 s
	ZoomShutterSpeed1Point0       ZoomShutterSpeed = 48 // 1.0 s
	ZoomShutterSpeed1Point3       ZoomShutterSpeed = 49 // 1.3 s
	ZoomShutterSpeed1Point6       ZoomShutterSpeed = 50 // 1.6 s
	ZoomShutterSpeed2Point0       ZoomShutterSpeed = 51 // 2.0 s
	ZoomShutterSpeed2Point5       ZoomShutterSpeed = 52 // 2.5 s
	ZoomShutterSpeed3Point0       ZoomShutterSpeed = 53 // 3.0 s
	ZoomShutterSpeed3Point2       ZoomShutterSpeed = 54 // 3.2 s
	ZoomShutterSpeed4Point0       ZoomShutterSpeed = 55 // 4.0 s
	ZoomShutterSpeed5Point0       ZoomShutterSpeed = 56 // 5.0 s
	ZoomShutterSpeed6Point0       ZoomShutterSpeed = 57 // 6.0 s
	ZoomShutterSpeed7Point0       ZoomShutterSpeed = 58 // 7.0 s
	ZoomShutterSpeed8Point0       ZoomShutterSpeed = 59 // 8.0 s
	ZoomShutterSpeedAuto          ZoomShutterSpeed = 65534
)

// ZoomExposureValue is a value of zoom_exposure_value.
type ZoomExposureValue int

// Values of ZoomExposureValue.
const (
	ZoomExposureValueMinus5Point0 ZoomExposureValue = 1
	ZoomExposureValueMinus4Point7 ZoomExposureValue = 2
	ZoomExposureValueMinus4Point3 ZoomExposureValue = 3
	ZoomExposureValueMinus4Point0 ZoomExposureValue = 4
	ZoomExposureValueMinus3Point7 ZoomExposureValue = 5
	ZoomExposureValueMinus3Point3 ZoomExposureValue = 6
	ZoomExposureValueMinus3Point0 ZoomExposureValue = 7
	ZoomExposureValueMinus2Point7 ZoomExposureValue = 8
	ZoomExposureValueMinus2Point3 ZoomExposureValue = 9
	ZoomExposureValueMinus2Point0 ZoomExposureValue = 10
	ZoomExposureValueMinus1Point7 ZoomExposureValue = 11
	ZoomExposureValueMinus1Point3 ZoomExposureValue = 12
	ZoomExposureValueMinus1Point0 ZoomExposureValue = 13
	ZoomExposureValueMinus0Point7 ZoomExposureValue = 14
	ZoomExposureValueMinus0Point3 ZoomExposureValue = 15
	ZoomExposureValue0            ZoomExposureValue = 16
	ZoomExposureValue0Point3      ZoomExposureValue = 17
	ZoomExposureValue0Point7      ZoomExposureValue = 18
	ZoomExposureValue1Point0      ZoomExposureValue = 19
	ZoomExposureValue1Point3      ZoomExposureValue = 20
	ZoomExposureValue1Point7      ZoomExposureValue = 21
	ZoomExposureValue2Point0      ZoomExposureValue = 22
	ZoomExposureValue2Point3      ZoomExposureValue = 23
	ZoomExposureValue2Point7      ZoomExposureValue = 24
	ZoomExposureValue3Point0      ZoomExposureValue = 25
	ZoomExposureValue3Point3      ZoomExposureValue = 26
	ZoomExposureValue3Point7      ZoomExposureValue = 27
	ZoomExposureValue4Point0      ZoomExposureValue = 28
	ZoomExposureValue4Point3      ZoomExposureValue = 29
	ZoomExposureValue4Point7      ZoomExposureValue = 30
	ZoomExposureValue5Point0      ZoomExposureValue = 31
	ZoomExposureValueFIXED        ZoomExposureValue = 255
)

// ZoomFocusMode is a value of zoom_focus_mode.
type ZoomFocusMode int

// Values of ZoomFocusMode.
const (
	ZoomFocusModeMF  ZoomFocusMode = 0
	ZoomFocusModeAFS ZoomFocusMode = 1
	ZoomFocusModeAFC ZoomFocusMode = 2
)

// ZoomApertureValue is a value of zoom_aperture_value.
type ZoomApertureValue int

// Values of ZoomApertureValue.
const (
	ZoomApertureValueF4Point4 ZoomApertureValue = 440
)

// ThermalGainMode is a value of thermal_gain_mode.
type ThermalGainMode int

// Values of ThermalGainMode.
const (
	ThermalGainModeAuto     ThermalGainMode = 0
	ThermalGainModeLowGain  ThermalGainMode = 1
	ThermalGainModeHighGain ThermalGainMode = 2
)

// PhotoFormat is a value of photo_format.
type PhotoFormat int

// Values of PhotoFormat.
const (
	PhotoFormatRJPEG  PhotoFormat = 7
	PhotoFormatDLT664 PhotoFormat = 16
)

// DRCPhotoStep is a value of current_step.
type DRCPhotoStep int

// Values of DRCPhotoStep.
const (
	DRCPhotoStepCapturingPanoramaNotStartedOrFinished DRCPhotoStep = 3000
	DRCPhotoStepCapturingPanorama                     DRCPhotoStep = 3002
	DRCPhotoStepGeneratingPanorama                    DRCPhotoStep = 3005
)

// ShutterValue is a value of shutter_value.
type ShutterValue int

// Values of ShutterValue.
const (
	ShutterValue1Over8000     ShutterValue = 0  // 1/8000 s
	ShutterValue1Over6400     ShutterValue = 1  // 1/6400 s
	ShutterValue1Over6000     ShutterValue = 2  // 1/6000 s
	ShutterValue1Over5000     ShutterValue = 3  // 1/5000 s
	ShutterValue1Over4000     ShutterValue = 4  // 1/4000 s
	ShutterValue1Over3200     ShutterValue = 5  // 1/3200 s
	ShutterValue1Over3000     ShutterValue = 6  // 1/3000 s
	ShutterValue1Over2500     ShutterValue = 7  // 1/2500 s
	ShutterValue1Over2000     ShutterValue = 8  // 1/2000 s
	ShutterValue1Over1600     ShutterValue = 9  // 1/1600 s
	ShutterValue1Over1500     ShutterValue = 10 // 1/1500 s
	ShutterValue1Over1250     ShutterValue = 11 // 1/1250 s
	ShutterValue1Over1000     ShutterValue = 12 // 1/1000 s
	ShutterValue1Over800      ShutterValue = 13 // 1/800 s
	ShutterValue1Over725      ShutterValue = 14 // 1/725 s
	ShutterValue1Over640      ShutterValue = 15 // 1/640 s
	ShutterValue1Over500      ShutterValue = 16 // 1/500 s
	ShutterValue1Over400      ShutterValue = 17 // 1/400 s
	ShutterValue1Over350      ShutterValue = 18 // 1/350 s
	ShutterValue1Over320      ShutterValue = 19 // 1/320 s
	ShutterValue1Over250      ShutterValue = 20 // 1/250 s
	ShutterValue1Over240      ShutterValue = 21 // 1/240 s
	ShutterValue1Over200      ShutterValue = 22 // 1/200 s
	ShutterValue1Over180      ShutterValue = 23 // 1/180 s
	ShutterValue1Over160      ShutterValue = 24 // 1/160 s
	ShutterValue1Over125      ShutterValue = 25 // 1/125 s
	ShutterValue1Over120      ShutterValue = 26 // 1/120 s
	ShutterValue1Over100      ShutterValue = 27 // 1/100 s
	ShutterValue1Over90       ShutterValue = 28 // 1/90 s
	ShutterValue1Over80       ShutterValue = 29 // 1/80 s
	ShutterValue1Over60       ShutterValue = 30 // 1/60 s
	ShutterValue1Over50       ShutterValue = 31 // 1/50 s
	ShutterValue1Over40       ShutterValue = 32 // 1/40 s
	ShutterValue1Over30       ShutterValue = 33 // 1/30 s
	ShutterValue1Over25       ShutterValue = 34 // 1/25 s
	ShutterValue1Over20       ShutterValue = 35 // 1/20 s
	ShutterValue1Over15       ShutterValue = 36 // 1/15 s
	ShutterValue1Over12Point5 ShutterValue = 37 // 1/12.5 s
	ShutterValue1Over10       ShutterValue = 38 // 1/10 s
	ShutterValue1Over8        ShutterValue = 39 // 1/8 s
	ShutterValue1Over6Point25 ShutterValue = 40 // 1/6.25 s
	ShutterValue1Over5        ShutterValue = 41 // 1/5 s
	ShutterValue1Over4        ShutterValue = 42 // 1/4 s
	ShutterValue1Over3        ShutterValue = 43 // 1/3 s
	ShutterValue1Over2Point5  ShutterValue = 44 // 1/2.5 s
	ShutterValue1Over2        ShutterValue = 45 // 1/2 s
	ShutterValue1Over1Point67 ShutterValue = 46 // 1/1.67 s
	ShutterValue1Over1Point25 ShutterValue = 47 // 1/1.25 s
	ShutterValue1Point0       ShutterValue = 48 // 1.0 s
	ShutterValue1Point3       ShutterValue = 49 // 1.3 s
	ShutterValue1Point6       ShutterValue = 50 // 1.6 s
	ShutterValue2Point0       ShutterValue = 51 // 2.0 s
	ShutterValue2Point5       ShutterValue = 52 // 2.5 s
	ShutterValue3Point0       ShutterValue = 53 // 3.0 s
	ShutterValue3Point2       ShutterValue = 54 // 3.2 s
	ShutterValue4Point0       ShutterValue = 55 // 4.0 s
	ShutterValue5Point0       ShutterValue = 56 // 5.0 s
	ShutterValue6Point0       ShutterValue = 57 // 6.0 s
	ShutterValue7Point0       ShutterValue = 58 // 7.0 s
	ShutterValue8Point0       ShutterValue = 59 // 8.0 s
	ShutterValueAuto          ShutterValue = 60
)

// PhotoSize is a value of photo_size.
type PhotoSize int

// Values of PhotoSize.
const (
	PhotoSizeDefault    PhotoSize = 0
	PhotoSizeExtraSmall PhotoSize = 1
	PhotoSizeSmall      PhotoSize = 2
	PhotoSizeMedium     PhotoSize = 3
	PhotoSizeLarge      PhotoSize = 4
	PhotoSizeExtraLarge PhotoSize = 5
)

// RecordingState is a value of recording_state.
type RecordingState int

// Values of RecordingState.
const (
	RecordingStateIdle      RecordingState = 0
	RecordingStateRecording RecordingState = 1
)

// PhotoState is a value of photo_state.
type PhotoState int

// Values of PhotoState.
const (
	PhotoStateIdle      PhotoState = 0
	PhotoStateCapturing PhotoState = 1
)

// NightMode is a value of night_mode.
type NightMode int

// Values of NightMode.
const (
	NightModeOff  NightMode = 0
	NightModeOn   NightMode = 1
	NightModeAuto NightMode = 2
)

// DenoiseLevel is a value of denoise_level.
type DenoiseLevel int

// Values of DenoiseLevel.
const (
	DenoiseLevelOff      DenoiseLevel = 0
	DenoiseLevelStandard DenoiseLevel = 1
	DenoiseLevelEnhanced DenoiseLevel = 2
	DenoiseLevelSuper    DenoiseLevel = 3
)

// NightSceneModeSuggestion is a value of night_scene_mode_suggestion.
type NightSceneModeSuggestion int

// Values of NightSceneModeSuggestion.
const (
	NightSceneModeSuggestionNoAdvice         NightSceneModeSuggestion = 0
	NightSceneModeSuggestionNightModeAdvised NightSceneModeSuggestion = 1
)

// IsWorking is a value of is_working.
type IsWorking int

// Values of IsWorking.
const (
	IsWorkingNotInEffect IsWorking = 0
	IsWorkingInEffect    IsWorking = 1
)

// AircraftMode is a value of mode_code.
type AircraftMode int

// Values of AircraftMode.
const (
	AircraftModeStandby             AircraftMode = 0
	AircraftModePreparing           AircraftMode = 1 // Takeoff preparation
	AircraftModePrepared            AircraftMode = 2 // Takeoff preparation completed
	AircraftModeManual              AircraftMode = 3 // Manual flight
	AircraftModeTakeoff             AircraftMode = 4 // Automatic takeoff
	AircraftModeWayline             AircraftMode = 5 // Wayline flight
	AircraftModePanorama            AircraftMode = 6
	AircraftModeTracking            AircraftMode = 7  // Intelligent tracking
	AircraftModeAvoiding            AircraftMode = 8  // ADS-B avoidance
	AircraftModeReturningHome       AircraftMode = 9  // Automatic returning to home
	AircraftModeLanding             AircraftMode = 10 // Automatic landing
	AircraftModeForcedLanding       AircraftMode = 11
	AircraftModeThreeBladeLanding   AircraftMode = 12
	AircraftModeUpgrading           AircraftMode = 13
	AircraftModeNotConnected        AircraftMode = 14
	AircraftModeAPAS                AircraftMode = 15
	AircraftModeVirtualStick        AircraftMode = 16 // Virtual stick state
	AircraftModeLiveFlightControls  AircraftMode = 17
	AircraftModeFixingRTK           AircraftMode = 18 // Airborne RTK fixing mode
	AircraftModeSelectingDock       AircraftMode = 19 // Dock address selecting
	AircraftModePOI                 AircraftMode = 20
	AircraftModeApproachOrDeparture AircraftMode = 21 // approach or departure leg
)

// LandingType is a value of landing_type.
type LandingType int

// Values of LandingType.
const (
	LandingTypeNotLanded                LandingType = 0
	LandingTypeLandingWithinDock        LandingType = 1
	LandingTypeLandingAlternateSite     LandingType = 2 // Landing at alternate site
	LandingTypeLandingTriggeredUsers    LandingType = 3 // Landing triggered by users
	LandingTypeLandingTriggeredAircraft LandingType = 4 // Landing triggered by aircraft
)

// LandingProtectionType is a value of landing_protection_type.
type LandingProtectionType int

// Values of LandingProtectionType.
const (
	LandingProtectionTypeDetectionNotOpened                       LandingProtectionType = 0 // Detection is not opened
	LandingProtectionTypeDetectingUnevenGroundOrWaterSurfaceBelow LandingProtectionType = 1
	LandingProtectionTypeNoGroundDetectingResult                  LandingProtectionType = 2
	LandingProtectionTypeDetectionLandingWithinDock               LandingProtectionType = 3 // Detection for landing within dock
)

// GimbalResetMode is a value of reset_mode.
type GimbalResetMode int

// Values of GimbalResetMode.
const (
	GimbalResetModeCentre    GimbalResetMode = 0
	GimbalResetModeDown      GimbalResetMode = 1
	GimbalResetModeYawCentre GimbalResetMode = 2
	GimbalResetModePitchDown GimbalResetMode = 3
)

// IRMeteringModeValue is a value of mode.
type IRMeteringModeValue int

// Values of IRMeteringModeValue.
const (
	IRMeteringModeValueOff  IRMeteringModeValue = 0
	IRMeteringModeValueSpot IRMeteringModeValue = 1
	IRMeteringModeValueArea IRMeteringModeValue = 2
)

// LightGroup is a value of group.
type LightGroup int

// Values of LightGroup.
const (
	LightGroupMainSearchlight LightGroup = 0
)

// LightPosition is a value of position.
type LightPosition int

// Values of LightPosition.
const (
	LightPositionLeft  LightPosition = 0
	LightPositionRight LightPosition = 1
)

// LightMode is a value of mode.
type LightMode int

// Values of LightMode.
const (
	LightModeOff            LightMode = 0
	LightModeSteady         LightMode = 1
	LightModeFlash          LightMode = 2
	LightModeFastFlash      LightMode = 3
	LightModeAlternateFlash LightMode = 4
)

// PSDKType is a value of psdk_type.
type PSDKType int

// Values of PSDKType.
const (
	PSDKTypeThirdParty PSDKType = 4
	PSDKTypeDJI        PSDKType = 5
)

// PSDKName is a value of psdk_name.
type PSDKName string

// Values of PSDKName.
const (
	PSDKNameSearchlight PSDKName = "Searchlight"
	PSDKNameSpeaker     PSDKName = "Speaker"
)

// DRCSpeakerPlayModeValue is a value of play_mode.
type DRCSpeakerPlayModeValue int

// Values of DRCSpeakerPlayModeValue.
const (
	DRCSpeakerPlayModeValueOnce DRCSpeakerPlayModeValue = 0
	DRCSpeakerPlayModeValueLoop DRCSpeakerPlayModeValue = 1
)

// SpeakerState is a value of system_state.
type SpeakerState int

// Values of SpeakerState.
const (
	SpeakerStateIdle              SpeakerState = 0
	SpeakerStateSendingToAircraft SpeakerState = 1
	SpeakerStatePlaying           SpeakerState = 2
	SpeakerStateAbnormal          SpeakerState = 3
	SpeakerStateConvertingText    SpeakerState = 4
	SpeakerStateDownloadingToDock SpeakerState = 99
)

// TTSType is a value of tts_type.
type TTSType int

// Values of TTSType.
const (
	TTSTypeMale   TTSType = 0
	TTSTypeFemale TTSType = 1
)

// TTSLanguage is a value of tts_language.
type TTSLanguage int

// Values of TTSLanguage.
const (
	TTSLanguageChinese TTSLanguage = 0
	TTSLanguageEnglish TTSLanguage = 1
)

// CalibrationStatus is a value of calibration_status.
type CalibrationStatus int

// Values of CalibrationStatus.
const (
	CalibrationStatusCalibrated        CalibrationStatus = 0
	CalibrationStatusCalibrating       CalibrationStatus = 1
	CalibrationStatusCalibrationFailed CalibrationStatus = 2
)

// PSDKReady is a value of psdk_ready.
type PSDKReady int

// Values of PSDKReady.
const (
	PSDKReadyNotReady PSDKReady = 0
	PSDKReadyReady    PSDKReady = 1
)

// SpeakerResult is a value of result.
type SpeakerResult int

// Values of SpeakerResult.
const (
	SpeakerResultSuccess SpeakerResult = 0
)

// DRCSpeakerStatus is a value of status.
type DRCSpeakerStatus string

// Values of DRCSpeakerStatus.
const (
	DRCSpeakerStatusFailed     DRCSpeakerStatus = "failed"
	DRCSpeakerStatusInProgress DRCSpeakerStatus = "in_progress"
	DRCSpeakerStatusSuccess    DRCSpeakerStatus = "success"
)

// SpeakerStep is a value of step_key.
type SpeakerStep string

// Values of SpeakerStep.
const (
	SpeakerStepChangeWorkMode SpeakerStep = "change_work_mode"
	SpeakerStepDownload       SpeakerStep = "download"
	SpeakerStepEncoding       SpeakerStep = "encoding"
	SpeakerStepPlay           SpeakerStep = "play"
	SpeakerStepTTSProcessing  SpeakerStep = "tts_processing"
	SpeakerStepUpload         SpeakerStep = "upload"
)

// TTSVoice is a value of type.
type TTSVoice int

// Values of TTSVoice.
const (
	TTSVoiceMale   TTSVoice = 0
	TTSVoiceFemale TTSVoice = 1
)

// DRCState is a value of drc_state.
type DRCState int

// Values of DRCState.
const (
	DRCStateNotConnected DRCState = 0
	DRCStateConnecting   DRCState = 1
	DRCStateConnected    DRCState = 2
)

// FlyToPointStatus is a value of status.
type FlyToPointStatus string

// Values of FlyToPointStatus.
const (
	FlyToPointStatusWaylineCancel   FlyToPointStatus = "wayline_cancel" // Cancel flying to target point
	FlyToPointStatusWaylineFailed   FlyToPointStatus = "wayline_failed" // Execution failed
	FlyToPointStatusWaylineOK       FlyToPointStatus = "wayline_ok"     // Executed successfully flown to target point
	FlyToPointStatusWaylineProgress FlyToPointStatus = "wayline_progress"
)

// IRMetering is a value of mode.
type IRMetering int

// Values of IRMetering.
const (
	IRMeteringTurnOffTemperatureMeasurement IRMetering = 0
	IRMeteringPointTemperatureMeasurement   IRMetering = 1
	IRMeteringAreaTemperatureMeasurement    IRMetering = 2
)

// RCLostAction is a value of rc_lost_action.
type RCLostAction int

// Values of RCLostAction.
const (
	RCLostActionHovering        RCLostAction = 0
	RCLostActionLanding         RCLostAction = 1
	RCLostActionReturningToHome RCLostAction = 2
)

// ExitWaylineWhenRCLost is a value of exit_wayline_when_rc_lost.
type ExitWaylineWhenRCLost int

// Values of ExitWaylineWhenRCLost.
const (
	ExitWaylineWhenRCLostContinue ExitWaylineWhenRCLost = 0 // Continue executing the wayline mission
	ExitWaylineWhenRCLostExit     ExitWaylineWhenRCLost = 1
)

// CommanderModeLostAction is a value of commander_mode_lost_action.
type CommanderModeLostAction int

// Values of CommanderModeLostAction.
const (
	CommanderModeLostActionContinueToPointFlightMission              CommanderModeLostAction = 0 // Continue with the to-point flight mission
	CommanderModeLostActionExitToPointFlightMissionPerformNormalLoss CommanderModeLostAction = 1
)

// IsEnable is a value of is_enable.
type IsEnable int

// Values of IsEnable.
const (
	IsEnableDoNotEnable IsEnable = 0
	IsEnableEnable      IsEnable = 1
)

// RTHMode is a value of rth_mode.
type RTHMode int

// Values of RTHMode.
const (
	RTHModeIntelligentAltitude RTHMode = 0
	RTHModePresetAltitude      RTHMode = 1
)

// CommanderFlightMode is a value of commander_flight_mode.
type CommanderFlightMode int

// Values of CommanderFlightMode.
const (
	CommanderFlightModeOptimalHeightFlight CommanderFlightMode = 0
	CommanderFlightModePresetHeightFlight  CommanderFlightMode = 1
)

// TakeoffToPointStatus is a value of status.
type TakeoffToPointStatus string

// Values of TakeoffToPointStatus.
const (
	TakeoffToPointStatusTaskFinish      TakeoffToPointStatus = "task_finish"    // One-key takeoff mission completed
	TakeoffToPointStatusTaskReady       TakeoffToPointStatus = "task_ready"     // Ready for takeoff
	TakeoffToPointStatusWaylineCancel   TakeoffToPointStatus = "wayline_cancel" // Cancel flying to target point
	TakeoffToPointStatusWaylineFailed   TakeoffToPointStatus = "wayline_failed" // Execution failed
	TakeoffToPointStatusWaylineOK       TakeoffToPointStatus = "wayline_ok"     // Executed successfully flown to target point
	TakeoffToPointStatusWaylineProgress TakeoffToPointStatus = "wayline_progress"
)

// CameraAim is the data of camera_aim (services).
type CameraAim struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	Locked       bool       `json:"locked"`
	X            float64    `json:"x"`
	Y            float64    `json:"y"`
	Bag
}

// CameraExposureModeSet is the data of camera_exposure_mode_set (services).
type CameraExposureModeSet struct {
	PayloadIndex string       `json:"payload_index"`
	CameraType   CameraType   `json:"camera_type"`
	ExposureMode ExposureMode `json:"exposure_mode"`
	Bag
}

// CameraExposureSet is the data of camera_exposure_set (services).
type CameraExposureSet struct {
	PayloadIndex  string     `json:"payload_index"`
	CameraType    CameraType `json:"camera_type"`
	ExposureValue Loose      `json:"exposure_value"`
	Bag
}

// CameraFocalLengthSet is the data of camera_focal_length_set (services).
type CameraFocalLengthSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	ZoomFactor   float64    `json:"zoom_factor"` // 2 to 200
	Bag
}

// CameraFocusModeSet is the data of camera_focus_mode_set (services).
type CameraFocusModeSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	FocusMode    FocusMode  `json:"focus_mode"`
	Bag
}

// CameraFocusValueSet is the data of camera_focus_value_set (services).
type CameraFocusValueSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	FocusValue   int        `json:"focus_value"`
	Bag
}

// CameraFrameZoom is the data of camera_frame_zoom (services).
type CameraFrameZoom struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	Locked       bool       `json:"locked"`
	X            float64    `json:"x"`      // None /, 0 to 1
	Y            float64    `json:"y"`      // None /, 0 to 1
	Width        float64    `json:"width"`  // None /, 0 to 1
	Height       float64    `json:"height"` // None /, 0 to 1
	Bag
}

// CameraLookAt is the data of camera_look_at (services).
type CameraLookAt struct {
	PayloadIndex string  `json:"payload_index"`
	Locked       bool    `json:"locked"`
	Latitude     float64 `json:"latitude"`  // -90 to 90
	Longitude    float64 `json:"longitude"` // -180 to 180
	Height       float64 `json:"height"`    // m, 2 to 10000
	Bag
}

// CameraModeSwitch is the data of camera_mode_switch (services).
type CameraModeSwitch struct {
	PayloadIndex string     `json:"payload_index"`
	CameraMode   CameraMode `json:"camera_mode"`
	Bag
}

// CameraPhotoStop is the data of camera_photo_stop (services).
type CameraPhotoStop struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// CameraPhotoTake is the data of camera_photo_take (services).
type CameraPhotoTake struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// CameraPhotoTakeReply is the data of camera_photo_take (services_reply).
type CameraPhotoTakeReply struct {
	Result int             `json:"result"`
	Output *JobReplyOutput `json:"output,omitzero"`
	Status *JobStatus      `json:"status,omitzero"`
	Bag
}

// PhotoProgress is progress of PhotoOutput.
type PhotoProgress struct {
	CurrentStep PhotoStep `json:"current_step"`
	Percent     int       `json:"percent"` // 0 to 100
	Bag
}

// PhotoExt is ext of PhotoOutput and others.
type PhotoExt struct {
	CameraMode CameraMode `json:"camera_mode"`
	Bag
}

// PhotoOutput is output of CameraPhotoTakeProgress.
type PhotoOutput struct {
	Status   PhotoStatus   `json:"status"`
	Progress PhotoProgress `json:"progress"`
	Ext      PhotoExt      `json:"ext"`
	Bag
}

// CameraPhotoTakeProgress is the data of camera_photo_take_progress (events).
type CameraPhotoTakeProgress struct {
	Output PhotoOutput `json:"output"`
	Result int         `json:"result"`
	Bag
}

// CameraPointFocusAction is the data of camera_point_focus_action (services).
type CameraPointFocusAction struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	X            float64    `json:"x"`
	Y            float64    `json:"y"`
	Bag
}

// CameraRecordingStart is the data of camera_recording_start (services).
type CameraRecordingStart struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// CameraRecordingStop is the data of camera_recording_stop (services).
type CameraRecordingStop struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// CameraScreenDrag is the data of camera_screen_drag (services).
type CameraScreenDrag struct {
	PayloadIndex string  `json:"payload_index"`
	Locked       bool    `json:"locked"`
	PitchSpeed   float64 `json:"pitch_speed"` // rad/s
	YawSpeed     float64 `json:"yaw_speed"`   // rad/s
	Bag
}

// CameraScreenSplit is the data of camera_screen_split (services).
type CameraScreenSplit struct {
	PayloadIndex string `json:"payload_index"`
	Enable       bool   `json:"enable"`
	Bag
}

// CloudControlAuthNotify is the data of cloud_control_auth_notify (events), ota_create (services_reply), return_home (services_reply).
type CloudControlAuthNotify struct {
	Result int             `json:"result"`
	Output *JobReplyOutput `json:"output,omitzero"`
	Bag
}

// CloudControlAuthRequest is the data of cloud_control_auth_request (services).
type CloudControlAuthRequest struct {
	UserID       string   `json:"user_id"`
	UserCallsign string   `json:"user_callsign"`
	ControlKeys  []string `json:"control_keys"`
	Bag
}

// CloudControlRequestOutput is output of CloudControlAuthRequestReply.
type CloudControlRequestOutput struct {
	Status string `json:"status"`
	Bag
}

// CloudControlAuthRequestReply is the data of cloud_control_auth_request (services_reply), cloud_control_release (services_reply).
type CloudControlAuthRequestReply struct {
	Result int                       `json:"result"`
	Output CloudControlRequestOutput `json:"output"`
	Bag
}

// CloudControlRelease is the data of cloud_control_release (services).
type CloudControlRelease struct {
	ControlKeys []string `json:"control_keys"`
	Bag
}

// LiveDelay is liveview_delay_list of DelayInfoPush.
type LiveDelay struct {
	VideoID           string `json:"video_id"`
	LiveViewDelayTime int64  `json:"liveview_delay_time"` // ms
	Bag
}

// DelayInfoPush is the data of delay_info_push (drc/up).
type DelayInfoPush struct {
	SDRCmdDelay       int         `json:"sdr_cmd_delay"` // ms
	LiveViewDelayList []LiveDelay `json:"liveview_delay_list"`
	Bag
}

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

// DRCCameraAim is the data of drc_camera_aim (drc/down).
type DRCCameraAim struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	Locked       bool       `json:"locked"`
	X            float64    `json:"x"`
	Y            float64    `json:"y"`
	Bag
}

// DRCCameraApertureValueSet is the data of drc_camera_aperture_value_set (drc/down).
type DRCCameraApertureValueSet struct {
	PayloadIndex  string        `json:"payload_index"`
	CameraType    CameraType    `json:"camera_type"`
	ApertureValue ApertureValue `json:"aperture_value"`
	Bag
}

// DRCCameraDenoiseLevelSet is the data of drc_camera_denoise_level_set (drc/down).
type DRCCameraDenoiseLevelSet struct {
	PayloadIndex string `json:"payload_index"`
	Level        int    `json:"level"`
	Bag
}

// DRCCameraDewarpingSet is the data of drc_camera_dewarping_set (drc/down).
type DRCCameraDewarpingSet struct {
	PayloadIndex   string     `json:"payload_index"`
	CameraType     CameraType `json:"camera_type"`
	DewarpingState Switch     `json:"dewarping_state"`
	Bag
}

// DRCCameraExposureModeSet is the data of drc_camera_exposure_mode_set (drc/down).
type DRCCameraExposureModeSet struct {
	PayloadIndex string       `json:"payload_index"`
	CameraType   CameraType   `json:"camera_type"`
	ExposureMode ExposureMode `json:"exposure_mode"`
	Bag
}

// DRCCameraExposureSet is the data of drc_camera_exposure_set (drc/down).
type DRCCameraExposureSet struct {
	PayloadIndex  string     `json:"payload_index"`
	CameraType    CameraType `json:"camera_type"`
	ExposureValue Loose      `json:"exposure_value"`
	Bag
}

// DRCCameraFocalLengthSet is the data of drc_camera_focal_length_set (drc/down).
type DRCCameraFocalLengthSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	ZoomFactor   float64    `json:"zoom_factor"` // 2 to 200
	Bag
}

// DRCCameraFocusModeSet is the data of drc_camera_focus_mode_set (drc/down).
type DRCCameraFocusModeSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	FocusMode    FocusMode  `json:"focus_mode"`
	Bag
}

// DRCCameraFocusValueSet is the data of drc_camera_focus_value_set (drc/down).
type DRCCameraFocusValueSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	FocusValue   int        `json:"focus_value"`
	Bag
}

// DRCCameraFrameZoom is the data of drc_camera_frame_zoom (drc/down).
type DRCCameraFrameZoom struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	Locked       bool       `json:"locked"`
	X            float64    `json:"x"`      // 0 to 1
	Y            float64    `json:"y"`      // 0 to 1
	Width        float64    `json:"width"`  // 0 to 1
	Height       float64    `json:"height"` // 0 to 1
	Bag
}

// DRCCameraISOSet is the data of drc_camera_iso_set (drc/down).
type DRCCameraISOSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	ISOValue     ISOValue   `json:"iso_value"`
	Bag
}

// DRCCameraLookAt is the data of drc_camera_look_at (drc/down).
type DRCCameraLookAt struct {
	PayloadIndex string  `json:"payload_index"`
	Locked       bool    `json:"locked"`
	Latitude     float64 `json:"latitude"`  // -90 to 90
	Longitude    float64 `json:"longitude"` // -180 to 180
	Height       float64 `json:"height"`    // m, 2 to 10000
	Bag
}

// DRCCameraMechanicalShutterSet is the data of drc_camera_mechanical_shutter_set (drc/down).
type DRCCameraMechanicalShutterSet struct {
	PayloadIndex           string     `json:"payload_index"`
	CameraType             CameraType `json:"camera_type"`
	DewarpingState         *Switch    `json:"dewarping_state,omitzero"`
	MechanicalShutterState Switch     `json:"mechanical_shutter_state"`
	Bag
}

// DRCCameraModeSwitch is the data of drc_camera_mode_switch (drc/down).
type DRCCameraModeSwitch struct {
	PayloadIndex string     `json:"payload_index"`
	CameraMode   CameraMode `json:"camera_mode"`
	Bag
}

// DRCCameraModeSwitchMessage is the data of drc_camera_mode_switch (services).
type DRCCameraModeSwitchMessage struct {
	PayloadIndex string     `json:"payload_index"`
	CameraMode   CameraMode `json:"camera_mode"`
	Bag
}

// DRCCameraNightModeSet is the data of drc_camera_night_mode_set (drc/down).
type DRCCameraNightModeSet struct {
	PayloadIndex string `json:"payload_index"`
	Mode         int    `json:"mode"`
	Bag
}

// DRCCameraNightVisionEnable is the data of drc_camera_night_vision_enable (drc/down).
type DRCCameraNightVisionEnable struct {
	PayloadIndex string `json:"payload_index"`
	Enable       bool   `json:"enable"`
	Bag
}

// WideLens is wide_lense of DRCCameraOSDInfoPush.
type WideLens struct {
	WideExposureMode  WideExposureMode  `json:"wide_exposure_mode"`
	WideISO           WideISO           `json:"wide_iso"`
	WideShutterSpeed  WideShutterSpeed  `json:"wide_shutter_speed"`
	WideExposureValue WideExposureValue `json:"wide_exposure_value"`
	WideApertureValue WideApertureValue `json:"wide_aperture_value"`
	Bag
}

// ZoomLens is zoom_lense of DRCCameraOSDInfoPush.
type ZoomLens struct {
	ZoomExposureMode                ZoomExposureMode  `json:"zoom_exposure_mode"`
	ZoomISO                         ZoomISO           `json:"zoom_iso"`
	ZoomShutterSpeed                ZoomShutterSpeed  `json:"zoom_shutter_speed"`
	ZoomExposureValue               ZoomExposureValue `json:"zoom_exposure_value"`
	ZoomFocusMode                   ZoomFocusMode     `json:"zoom_focus_mode"`
	ZoomFocusValue                  int               `json:"zoom_focus_value"`
	ZoomMaxFocusValue               int               `json:"zoom_max_focus_value"`
	ZoomMinFocusValue               int               `json:"zoom_min_focus_value"`
	ZoomCalibrateFarthestFocusValue int               `json:"zoom_calibrate_farthest_focus_value"`
	ZoomCalibrateNearestFocusValue  int               `json:"zoom_calibrate_nearest_focus_value"`
	ZoomFocusState                  int               `json:"zoom_focus_state"`
	ZoomFactor                      float64           `json:"zoom_factor"`
	ZoomApertureValue               ZoomApertureValue `json:"zoom_aperture_value"`
	Bag
}

// MeasureTarget is measure_target of DRCCameraOSDInfoPush.
type MeasureTarget struct {
	MeasureTargetLongitude  float64 `json:"measure_target_longitude"` // -180 to 180
	MeasureTargetLatitude   float64 `json:"measure_target_latitude"`  // -90 to 90
	MeasureTargetAltitude   float64 `json:"measure_target_altitude"`
	MeasureTargetDistance   float64 `json:"measure_target_distance"`
	MeasureTargetErrorState int     `json:"measure_target_error_state"`
	Bag
}

// IRLens is ir_lense of DRCCameraOSDInfoPush.
type IRLens struct {
	ScreenSplitEnable             bool            `json:"screen_split_enable"`
	IRZoomFactor                  float64         `json:"ir_zoom_factor"` // 2 to 20
	ThermalSupportedPaletteStyles []Loose         `json:"thermal_supported_palette_styles,omitzero"`
	ThermalGainMode               ThermalGainMode `json:"thermal_gain_mode"`
	ThermalIsothermState          Switch          `json:"thermal_isotherm_state"`
	ThermalIsothermUpperLimit     int             `json:"thermal_isotherm_upper_limit"`
	ThermalIsothermLowerLimit     int             `json:"thermal_isotherm_lower_limit"`
	ThermalGlobalTemperatureMin   float64         `json:"thermal_global_temperature_min"`
	ThermalGlobalTemperatureMax   float64         `json:"thermal_global_temperature_max"`
	ThermalCurrentPaletteStyle    int             `json:"thermal_current_palette_style"`
	Bag
}

// LiveViewWorldRegion is liveview_world_region of LiveView and others.
type LiveViewWorldRegion struct {
	Left   *float64 `json:"left,omitzero"`
	Top    *float64 `json:"top,omitzero"`
	Right  *float64 `json:"right,omitzero"`
	Bottom *float64 `json:"bottom,omitzero"`
	Bag
}

// LiveView is liveview of DRCCameraOSDInfoPush.
type LiveView struct {
	LiveViewWorldRegion *LiveViewWorldRegion `json:"liveview_world_region,omitzero"`
	Bag
}

// DRCCameraOSDInfoPush is the data of drc_camera_osd_info_push (drc/up).
type DRCCameraOSDInfoPush struct {
	PayloadIndex  string         `json:"payload_index"`
	WideLense     *WideLens      `json:"wide_lense,omitzero"`
	ZoomLense     *ZoomLens      `json:"zoom_lense,omitzero"`
	MeasureTarget *MeasureTarget `json:"measure_target,omitzero"`
	IRLense       *IRLens        `json:"ir_lense,omitzero"`
	LiveView      *LiveView      `json:"liveview,omitzero"`
	Bag
}

// DRCCameraPhotoFormatSet is the data of drc_camera_photo_format_set (drc/down).
type DRCCameraPhotoFormatSet struct {
	PayloadIndex string      `json:"payload_index"`
	PhotoFormat  PhotoFormat `json:"photo_format"`
	Bag
}

// DRCPhotoProgress is progress of DRCCameraPhotoInfoPush.
type DRCPhotoProgress struct {
	CurrentStep DRCPhotoStep `json:"current_step"`
	Percent     int          `json:"percent"` // 0 to 100
	Bag
}

// DRCCameraPhotoInfoPush is the data of drc_camera_photo_info_push (drc/up).
type DRCCameraPhotoInfoPush struct {
	CountdownTime int64            `json:"countdown_time"`
	Result        int              `json:"result"`
	Status        PhotoStatus      `json:"status"`
	Progress      DRCPhotoProgress `json:"progress"`
	Ext           PhotoExt         `json:"ext"`
	Bag
}

// DRCCameraPhotoStop is the data of drc_camera_photo_stop (drc/down).
type DRCCameraPhotoStop struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraPhotoTake is the data of drc_camera_photo_take (drc/down).
type DRCCameraPhotoTake struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraPhotoTakeReply is the data of drc_camera_photo_take (drc/up).
type DRCCameraPhotoTakeReply struct {
	Result int        `json:"result"`
	Status *JobStatus `json:"status,omitzero"`
	Bag
}

// DRCCameraPointFocusAction is the data of drc_camera_point_focus_action (drc/down).
type DRCCameraPointFocusAction struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	X            float64    `json:"x"`
	Y            float64    `json:"y"`
	Bag
}

// DRCCameraRecordingStart is the data of drc_camera_recording_start (drc/down).
type DRCCameraRecordingStart struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraRecordingStop is the data of drc_camera_recording_stop (drc/down).
type DRCCameraRecordingStop struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraScreenDrag is the data of drc_camera_screen_drag (drc/down).
type DRCCameraScreenDrag struct {
	PayloadIndex string  `json:"payload_index"`
	Locked       bool    `json:"locked"`
	PitchSpeed   float64 `json:"pitch_speed"` // rad/s
	YawSpeed     float64 `json:"yaw_speed"`   // rad/s
	Bag
}

// DRCCameraScreenSplit is the data of drc_camera_screen_split (drc/down).
type DRCCameraScreenSplit struct {
	PayloadIndex string `json:"payload_index"`
	Enable       bool   `json:"enable"`
	Bag
}

// DRCCameraScreenSplitReply is the data of drc_camera_screen_split (drc/up).
type DRCCameraScreenSplitReply struct {
	Result       *int   `json:"result,omitzero"`
	Enable       bool   `json:"enable"`
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraShutterSet is the data of drc_camera_shutter_set (drc/down).
type DRCCameraShutterSet struct {
	PayloadIndex string       `json:"payload_index"`
	CameraType   CameraType   `json:"camera_type"`
	ShutterValue ShutterValue `json:"shutter_value"`
	Bag
}

// NightModeSettings is night_mode_settings of CameraState.
type NightModeSettings struct {
	NightMode                NightMode                `json:"night_mode"`
	DenoiseLevel             DenoiseLevel             `json:"denoise_level"`
	NightVisionEnable        bool                     `json:"night_vision_enable"`
	InfraredFillLightEnable  bool                     `json:"infrared_fill_light_enable"`
	NightSceneModeSuggestion NightSceneModeSuggestion `json:"night_scene_mode_suggestion"`
	IsWorking                IsWorking                `json:"is_working"`
	Bag
}

// CameraState is camera_state of DRCCameraStatePush.
type CameraState struct {
	CameraMode            CameraMode         `json:"camera_mode"`
	IntervalPhotoInterval float64            `json:"interval_photo_interval"` // s
	VideoResolution       Loose              `json:"video_resolution"`
	LinkageZoomState      Loose              `json:"linkage_zoom_state"`
	PhotoSize             PhotoSize          `json:"photo_size"`
	RecordTime            int64              `json:"record_time"` // s
	RecordingState        RecordingState     `json:"recording_state"`
	PhotoState            PhotoState         `json:"photo_state"`
	RemainPhotoNum        int                `json:"remain_photo_num"`
	RemainRecordDuration  int                `json:"remain_record_duration"` // s
	PhotoFormat           *PhotoFormat       `json:"photo_format,omitzero"`
	NightModeSettings     *NightModeSettings `json:"night_mode_settings,omitzero"`
	Bag
}

// MediaStorage is media_storage of DRCCameraStatePush.
type MediaStorage struct {
	PhotoStorageSettings []string `json:"photo_storage_settings"`
	VideoStorageSettings []string `json:"video_storage_settings"`
	Bag
}

// DRCCameraStatePush is the data of drc_camera_state_push (drc/up).
type DRCCameraStatePush struct {
	PayloadIndex string        `json:"payload_index"`
	CameraState  *CameraState  `json:"camera_state,omitzero"`
	MediaStorage *MediaStorage `json:"media_storage,omitzero"`
	Bag
}

// DRCDroneStatePush is the data of drc_drone_state_push (drc/up).
type DRCDroneStatePush struct {
	StealthState          Loose                  `json:"stealth_state"`
	NightLightsState      Loose                  `json:"night_lights_state"`
	ModeCode              AircraftMode           `json:"mode_code"`
	LandingType           *LandingType           `json:"landing_type,omitzero"`
	LandingProtectionType *LandingProtectionType `json:"landing_protection_type,omitzero"`
	Bag
}

// DRCGimbalReset is the data of drc_gimbal_reset (drc/down).
type DRCGimbalReset struct {
	PayloadIndex string          `json:"payload_index"`
	ResetMode    GimbalResetMode `json:"reset_mode"`
	Bag
}

// DRCInfraredFillLightEnable is the data of drc_infrared_fill_light_enable (drc/down).
type DRCInfraredFillLightEnable struct {
	PayloadIndex string `json:"payload_index"`
	Enable       bool   `json:"enable"`
	Bag
}

// DRCInitialStateSubscribe is the data of drc_initial_state_subscribe (drc/down).
type DRCInitialStateSubscribe struct {
	Null *float64 `json:"null,omitzero"`
	Bag
}

// DRCIntervalPhotoSet is the data of drc_interval_photo_set (drc/down).
type DRCIntervalPhotoSet struct {
	PayloadIndex string `json:"payload_index"`
	Interval     Loose  `json:"interval"`
	Bag
}

// DRCIRMeteringAreaSet is the data of drc_ir_metering_area_set (drc/down).
type DRCIRMeteringAreaSet struct {
	PayloadIndex string  `json:"payload_index"`
	X            float64 `json:"x"`
	Y            float64 `json:"y"`
	Width        float64 `json:"width"`
	Height       float64 `json:"height"`
	Bag
}

// DRCIRMeteringModeSet is the data of drc_ir_metering_mode_set (drc/down).
type DRCIRMeteringModeSet struct {
	PayloadIndex string              `json:"payload_index"`
	Mode         IRMeteringModeValue `json:"mode"`
	Bag
}

// DRCIRMeteringPointSet is the data of drc_ir_metering_point_set (drc/down).
type DRCIRMeteringPointSet struct {
	PayloadIndex string  `json:"payload_index"`
	X            float64 `json:"x"`
	Y            float64 `json:"y"`
	Bag
}

// DRCLightBrightnessSet is the data of drc_light_brightness_set (drc/down).
type DRCLightBrightnessSet struct {
	PSDKIndex  int        `json:"psdk_index"`
	Group      LightGroup `json:"group"`
	Brightness int        `json:"brightness"`
	Bag
}

// DRCLightCalibration is the data of drc_light_calibration (drc/down).
type DRCLightCalibration struct {
	PSDKIndex int `json:"psdk_index"`
	Bag
}

// DRCLightFineTuningSet is the data of drc_light_fine_tuning_set (drc/down).
type DRCLightFineTuningSet struct {
	PSDKIndex int           `json:"psdk_index"`
	Position  LightPosition `json:"position"`
	Value     int           `json:"value"`
	Saved     bool          `json:"saved"`
	Bag
}

// DRCLightModeSet is the data of drc_light_mode_set (drc/down).
type DRCLightModeSet struct {
	PSDKIndex int        `json:"psdk_index"`
	Group     LightGroup `json:"group"`
	Mode      LightMode  `json:"mode"`
	Bag
}

// DRCLinkageZoomSet is the data of drc_linkage_zoom_set (drc/down).
type DRCLinkageZoomSet struct {
	PayloadIndex string `json:"payload_index"`
	State        Loose  `json:"state"`
	Bag
}

// MQTTBroker is mqtt_broker of DRCModeEnter.
type MQTTBroker struct {
	Address    string `json:"address"`
	ClientID   string `json:"client_id"`
	Username   string `json:"username"`
	Password   string `json:"password"`
	ExpireTime int64  `json:"expire_time"` // s
	EnableTLS  bool   `json:"enable_tls"`
	Bag
}

// DRCModeEnter is the data of drc_mode_enter (services).
type DRCModeEnter struct {
	MQTTBroker   MQTTBroker `json:"mqtt_broker"`
	OSDFrequency int        `json:"osd_frequency"` // Hz, 1 to 30
	HSIFrequency int        `json:"hsi_frequency"` // Hz, 1 to 30
	Bag
}

// DRCNightLightsStateSet is the data of drc_night_lights_state_set (drc/down).
type DRCNightLightsStateSet struct {
	NightLightsState Switch `json:"night_lights_state"`
	Bag
}

// DRCPhotoStorageSet is the data of drc_photo_storage_set (drc/down).
type DRCPhotoStorageSet struct {
	PayloadIndex         string   `json:"payload_index"`
	PhotoStorageSettings []string `json:"photo_storage_settings"`
	Bag
}

// DRCPSDKFloatingWindowText is the data of drc_psdk_floating_window_text (drc/up).
type DRCPSDKFloatingWindowText struct {
	PSDKIndex          int    `json:"psdk_index"`
	FloatingWindowText string `json:"floating_window_text"`
	Bag
}

// DRCPSDKInputBoxTextSet is the data of drc_psdk_input_box_text_set (drc/down).
type DRCPSDKInputBoxTextSet struct {
	PSDKIndex int    `json:"psdk_index"`
	Value     string `json:"value"`
	Bag
}

// DRCSpeaker is speaker of DRCPSDKStateInfo.
type DRCSpeaker struct {
	WorkMode     *int                     `json:"work_mode,omitzero"`
	PlayMode     *DRCSpeakerPlayModeValue `json:"play_mode,omitzero"`
	SystemState  *SpeakerState            `json:"system_state,omitzero"`
	PlayVolume   *int                     `json:"play_volume,omitzero"` // 1 to 100
	PlayFileName *string                  `json:"play_file_name,omitzero"`
	PlayFileMD5  *string                  `json:"play_file_md5,omitzero"`
	TTSVolume    *int                     `json:"tts_volume,omitzero"` // 1 to 100
	TTSType      *TTSType                 `json:"tts_type,omitzero"`
	TTSLanguage  *TTSLanguage             `json:"tts_language,omitzero"`
	TTSSpeed     *int                     `json:"tts_speed,omitzero"` // 1 to 100
	Bag
}

// DRCLight is light of DRCPSDKStateInfo.
type DRCLight struct {
	WorkMode            *int               `json:"work_mode,omitzero"`
	Brightness          *int               `json:"brightness,omitzero"`
	CalibrationStatus   *CalibrationStatus `json:"calibration_status,omitzero"`
	CalibrationProgress *int               `json:"calibration_progress,omitzero"`
	LeftValue           *int               `json:"left_value,omitzero"`
	RightValue          *int               `json:"right_value,omitzero"`
	WideFieldMode       *bool              `json:"wide_field_mode,omitzero"`
	LightGimbalControl  *bool              `json:"light_gimbal_control,omitzero"`
	Bag
}

// WidgetValue is values of DRCPSDKStateInfo and others.
type WidgetValue struct {
	Index *int `json:"index,omitzero"`
	Value *int `json:"value,omitzero"`
	Bag
}

// DRCPSDKStateInfo is the data of drc_psdk_state_info (drc/up).
type DRCPSDKStateInfo struct {
	PSDKIndex      *int         `json:"psdk_index,omitzero"`
	PSDKType       *PSDKType    `json:"psdk_type,omitzero"`
	PSDKName       *PSDKName    `json:"psdk_name,omitzero"`
	PSDKSN         *string      `json:"psdk_sn,omitzero"`
	PSDKVersion    *string      `json:"psdk_version,omitzero"`
	PSDKLibVersion *string      `json:"psdk_lib_version,omitzero"`
	Speaker        *DRCSpeaker  `json:"speaker,omitzero"`
	Light          *DRCLight    `json:"light,omitzero"`
	Values         *WidgetValue `json:"values,omitzero"`
	Bag
}

// DRCPSDKUIResource is the data of drc_psdk_ui_resource (drc/up).
type DRCPSDKUIResource struct {
	PSDKIndex *int       `json:"psdk_index,omitzero"`
	PSDKReady *PSDKReady `json:"psdk_ready,omitzero"`
	ObjectKey *string    `json:"object_key,omitzero"`
	Bag
}

// DRCPSDKWidgetValueSet is the data of drc_psdk_widget_value_set (drc/down).
type DRCPSDKWidgetValueSet struct {
	PSDKIndex int `json:"psdk_index"`
	Index     int `json:"index"`
	Value     int `json:"value"`
	Bag
}

// DRCSpeakerPlayModeSet is the data of drc_speaker_play_mode_set (drc/down).
type DRCSpeakerPlayModeSet struct {
	PSDKIndex int                     `json:"psdk_index"`
	PlayMode  DRCSpeakerPlayModeValue `json:"play_mode"`
	Bag
}

// DRCSpeakerProgress is progress of DRCSpeakerPlayProgress and others.
type DRCSpeakerProgress struct {
	StepKey *SpeakerStep `json:"step_key,omitzero"`
	Percent *int         `json:"percent,omitzero"` // 1 to 100
	Bag
}

// DRCSpeakerPlayProgress is the data of drc_speaker_play_progress (drc/up).
type DRCSpeakerPlayProgress struct {
	PSDKIndex *int                `json:"psdk_index,omitzero"`
	Result    *SpeakerResult      `json:"result,omitzero"`
	Status    *DRCSpeakerStatus   `json:"status,omitzero"`
	Progress  *DRCSpeakerProgress `json:"progress,omitzero"`
	MD5       *string             `json:"md5,omitzero"`
	Bag
}

// DRCSpeakerPlayStop is the data of drc_speaker_play_stop (drc/down).
type DRCSpeakerPlayStop struct {
	PSDKIndex int `json:"psdk_index"`
	Bag
}

// DRCSpeakerPlayVolumeSet is the data of drc_speaker_play_volume_set (drc/down).
type DRCSpeakerPlayVolumeSet struct {
	PSDKIndex  int `json:"psdk_index"`
	PlayVolume int `json:"play_volume"` // 1 to 100
	Bag
}

// DRCSpeakerReplay is the data of drc_speaker_replay (drc/down).
type DRCSpeakerReplay struct {
	PSDKIndex int `json:"psdk_index"`
	Bag
}

// SpeechSettings is tts of DRCSpeakerTTSPlayStart and others.
type SpeechSettings struct {
	Name string `json:"name"`
	Text string `json:"text"`
	MD5  string `json:"md5"`
	Bag
}

// DRCSpeakerTTSPlayStart is the data of drc_speaker_tts_play_start (drc/down).
type DRCSpeakerTTSPlayStart struct {
	PSDKIndex int             `json:"psdk_index"`
	TTS       *SpeechSettings `json:"tts,omitzero"`
	Bag
}

// DRCSpeakerTTSSet is the data of drc_speaker_tts_set (drc/down).
type DRCSpeakerTTSSet struct {
	PSDKIndex *int         `json:"psdk_index,omitzero"`
	Volume    *int         `json:"volume,omitzero"`
	Type      *TTSVoice    `json:"type,omitzero"`
	Language  *TTSLanguage `json:"language,omitzero"`
	Speed     *int         `json:"speed,omitzero"`
	Bag
}

// DRCStatusNotify is the data of drc_status_notify (events).
type DRCStatusNotify struct {
	Result   int      `json:"result"`
	DRCState DRCState `json:"drc_state"`
	Bag
}

// DRCStealthStateSet is the data of drc_stealth_state_set (drc/down).
type DRCStealthStateSet struct {
	StealthState Switch `json:"stealth_state"`
	Bag
}

// DRCVideoResolutionSet is the data of drc_video_resolution_set (drc/down).
type DRCVideoResolutionSet struct {
	PayloadIndex    string `json:"payload_index"`
	VideoResolution Loose  `json:"video_resolution"`
	Bag
}

// DRCVideoStorageSet is the data of drc_video_storage_set (drc/down).
type DRCVideoStorageSet struct {
	PayloadIndex         string   `json:"payload_index"`
	VideoStorageSettings []string `json:"video_storage_settings"`
	Bag
}

// DroneControl is the data of drone_control (drc/down).
type DroneControl struct {
	Seq int     `json:"seq"`
	X   float64 `json:"x"` // m/s, -17 to 17
	Y   float64 `json:"y"` // m/s, -17 to 17
	H   float64 `json:"h"` // m/s, 5 to -4
	W   float64 `json:"w"` // degree/s, -90 to 90
	Bag
}

// DroneControlOutput is output of DroneControlReply.
type DroneControlOutput struct {
	Seq int `json:"seq"`
	Bag
}

// DroneControlReply is the data of drone_control (drc/up).
type DroneControlReply struct {
	Result int                `json:"result"`
	Output DroneControlOutput `json:"output"`
	Bag
}

// DroneEmergencyStop is the data of drone_emergency_stop (drc/down).
type DroneEmergencyStop struct {
	Null *int `json:"null,omitzero"`
	Bag
}

// FlyToPoint is the data of fly_to_point (services).
type FlyToPoint struct {
	FlyToID  string   `json:"fly_to_id"`
	MaxSpeed int      `json:"max_speed"` // m/s
	Points   []Point3 `json:"points"`
	Bag
}

// FlyToPointProgress is the data of fly_to_point_progress (events).
type FlyToPointProgress struct {
	FlyToID           string           `json:"fly_to_id"`
	Status            FlyToPointStatus `json:"status"`
	Result            int              `json:"result"`
	WayPointIndex     int              `json:"way_point_index"`
	RemainingDistance float64          `json:"remaining_distance"` // m
	RemainingTime     float64          `json:"remaining_time"`     // s
	PlannedPathPoints []Point3         `json:"planned_path_points"`
	Bag
}

// FlyToPointUpdate is the data of fly_to_point_update (services).
type FlyToPointUpdate struct {
	MaxSpeed int      `json:"max_speed"` // m/s, 1 to 15
	Points   []Point3 `json:"points"`
	Bag
}

// GimbalReset is the data of gimbal_reset (services).
type GimbalReset struct {
	PayloadIndex string          `json:"payload_index"`
	ResetMode    GimbalResetMode `json:"reset_mode"`
	Bag
}

// HeartBeat is the data of heart_beat (drc/down).
type HeartBeat struct {
	Seq       *int  `json:"seq,omitzero"`
	Timestamp int64 `json:"timestamp"` // ms
	Bag
}

// HeartBeatReply is the data of heart_beat (drc/up).
type HeartBeatReply struct {
	Seq       *int  `json:"seq,omitzero"`
	Timestamp int64 `json:"timestamp"` // ms
	Bag
}

// HSIInfoPush is the data of hsi_info_push (drc/up).
type HSIInfoPush struct {
	UpDistance       int   `json:"up_distance"`   // mm
	DownDistance     int   `json:"down_distance"` // mm
	UpEnable         bool  `json:"up_enable"`
	UpWork           bool  `json:"up_work"`
	DownEnable       bool  `json:"down_enable"`
	DownWork         bool  `json:"down_work"`
	AroundDistances  []int `json:"around_distances,omitzero"`
	LeftEnable       bool  `json:"left_enable"`
	LeftWork         bool  `json:"left_work"`
	RightEnable      bool  `json:"right_enable"`
	RightWork        bool  `json:"right_work"`
	FrontEnable      bool  `json:"front_enable"`
	FrontWork        bool  `json:"front_work"`
	BackEnable       bool  `json:"back_enable"`
	BackWork         bool  `json:"back_work"`
	VerticalEnable   bool  `json:"vertical_enable"`
	VerticalWork     bool  `json:"vertical_work"`
	HorizontalEnable bool  `json:"horizontal_enable"`
	HorizontalWork   bool  `json:"horizontal_work"`
	AroundDistance   []int `json:"around_distance"`
	Bag
}

// IRMeteringAreaSet is the data of ir_metering_area_set (services).
type IRMeteringAreaSet struct {
	PayloadIndex string  `json:"payload_index"`
	X            float64 `json:"x"`
	Y            float64 `json:"y"`
	Width        float64 `json:"width"`
	Height       float64 `json:"height"`
	Bag
}

// IRMeteringModeSet is the data of ir_metering_mode_set (services).
type IRMeteringModeSet struct {
	PayloadIndex string     `json:"payload_index"`
	Mode         IRMetering `json:"mode"`
	Bag
}

// IRMeteringPointSet is the data of ir_metering_point_set (services).
type IRMeteringPointSet struct {
	PayloadIndex string  `json:"payload_index"`
	X            float64 `json:"x"`
	Y            float64 `json:"y"`
	Bag
}

// JoystickInvalidNotify is the data of joystick_invalid_notify (events).
type JoystickInvalidNotify struct {
	Reason int `json:"reason"`
	Bag
}

// Obstacle is obstacles of ObstacleAvoidanceNotify.
type Obstacle struct {
	ID            int     `json:"id"`
	Type          int     `json:"type"`
	Timestamp     int64   `json:"timestamp"`
	Latitude      float64 `json:"latitude"`  // -90 to 90
	Longitude     float64 `json:"longitude"` // -180 to 180
	Height        float64 `json:"height"`    // m
	WaylineID     int     `json:"wayline_id"`
	WaypointIndex int     `json:"waypoint_index"`
	Bag
}

// ObstacleAvoidanceNotify is the data of obstacle_avoidance_notify (events).
type ObstacleAvoidanceNotify struct {
	WaylineUuid   string     `json:"wayline_uuid"`
	FlightID      string     `json:"flight_id"`
	Obstacles     []Obstacle `json:"obstacles"`
	IsFinalReport bool       `json:"is_final_report"`
	Bag
}

// OSDInfoPush is the data of osd_info_push (drc/up).
type OSDInfoPush struct {
	AttitudeHead float64 `json:"attitude_head"` // °
	Latitude     float64 `json:"latitude"`      // °
	Longitude    float64 `json:"longitude"`     // °
	Height       float64 `json:"height"`        // °
	SpeedX       float64 `json:"speed_x"`       // m/s
	SpeedY       float64 `json:"speed_y"`       // m/s
	SpeedZ       float64 `json:"speed_z"`       // m/s
	GimbalPitch  float64 `json:"gimbal_pitch"`  // °
	GimbalRoll   float64 `json:"gimbal_roll"`   // °
	GimbalYaw    float64 `json:"gimbal_yaw"`    // °
	Bag
}

// PayloadAuthorityGrab is the data of payload_authority_grab (services).
type PayloadAuthorityGrab struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// PhotoStorageSet is the data of photo_storage_set (services).
type PhotoStorageSet struct {
	PayloadIndex         string   `json:"payload_index"`
	PhotoStorageSettings []string `json:"photo_storage_settings"`
	Bag
}

// POICircleSpeedSet is the data of poi_circle_speed_set (services).
type POICircleSpeedSet struct {
	CircleSpeed float64 `json:"circle_speed"` // m/s
	Bag
}

// POIModeEnter is the data of poi_mode_enter (services).
type POIModeEnter struct {
	Latitude  *float64 `json:"latitude,omitzero"`  // -90 to 90
	Longitude *float64 `json:"longitude,omitzero"` // -180 to 180
	Height    *float64 `json:"height,omitzero"`    // m, 2 to 10000
	Bag
}

// POIStatusNotify is the data of poi_status_notify (events).
type POIStatusNotify struct {
	Status         JobStatus `json:"status"`
	Reason         int       `json:"reason"`
	CircleRadius   float64   `json:"circle_radius"`    // m
	CircleSpeed    float64   `json:"circle_speed"`     // m/s
	MaxCircleSpeed float64   `json:"max_circle_speed"` // m/s
	Bag
}

// StickControl is the data of stick_control (drc/down).
type StickControl struct {
	Roll        int  `json:"roll"`     // 364 to 1684
	Pitch       int  `json:"pitch"`    // 364 to 1684
	Throttle    int  `json:"throttle"` // 364 to 1684
	Yaw         int  `json:"yaw"`      // 364 to 1684
	GimbalPitch *int `json:"gimbal_pitch,omitzero"`
	Bag
}

// SimulateMission is simulate_mission of TakeoffToPoint.
type SimulateMission struct {
	IsEnable  *IsEnable `json:"is_enable,omitzero"`
	Latitude  *float64  `json:"latitude,omitzero"`  // -90.0 to 90.0
	Longitude *float64  `json:"longitude,omitzero"` // -180.0 to 180.0
	Bag
}

// TakeoffToPoint is the data of takeoff_to_point (services).
type TakeoffToPoint struct {
	TargetLatitude           float64                  `json:"target_latitude"`         // -90 to 90
	TargetLongitude          float64                  `json:"target_longitude"`        // -180 to 180
	TargetHeight             float64                  `json:"target_height"`           // m, 2 to 1500
	SecurityTakeoffHeight    float64                  `json:"security_takeoff_height"` // m, 2 to 1500
	RTHAltitude              int                      `json:"rth_altitude"`            // m, 2 to 1500
	RCLostAction             *RCLostAction            `json:"rc_lost_action,omitzero"`
	ExitWaylineWhenRCLost    *ExitWaylineWhenRCLost   `json:"exit_wayline_when_rc_lost,omitzero"`
	CommanderModeLostAction  *CommanderModeLostAction `json:"commander_mode_lost_action,omitzero"`
	CommanderFlightHeight    *float64                 `json:"commander_flight_height,omitzero"` // m, 2 to 3000
	FlightID                 string                   `json:"flight_id"`
	MaxSpeed                 int                      `json:"max_speed"` // m/s, 1 to 15
	SimulateMission          *SimulateMission         `json:"simulate_mission,omitzero"`
	RTHMode                  *RTHMode                 `json:"rth_mode,omitzero"`
	CommanderFlightMode      *CommanderFlightMode     `json:"commander_flight_mode,omitzero"`
	FlightSafetyAdvanceCheck Loose                    `json:"flight_safety_advance_check,omitzero"`
	OutOfControlAction       *int                     `json:"out_of_control_action,omitzero"`
	Bag
}

// TakeoffToPointProgress is the data of takeoff_to_point_progress (events).
type TakeoffToPointProgress struct {
	Status            TakeoffToPointStatus `json:"status"`
	Result            int                  `json:"result"`
	FlightID          string               `json:"flight_id"`
	TrackID           string               `json:"track_id"`
	WayPointIndex     int                  `json:"way_point_index"`
	RemainingDistance float64              `json:"remaining_distance"` // m
	RemainingTime     float64              `json:"remaining_time"`     // s
	PlannedPathPoints []POIModeEnter       `json:"planned_path_points"`
	Bag
}

// VideoStorageSet is the data of video_storage_set (services).
type VideoStorageSet struct {
	PayloadIndex         string   `json:"payload_index"`
	VideoStorageSettings []string `json:"video_storage_settings"`
	Bag
}
